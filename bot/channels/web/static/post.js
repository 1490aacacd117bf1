// Sending in order, one after the other; what did not get through is kept and sent again under the same name.

import * as log from "./log.js";

const KEPT = "dianling.unsent";
const RETRY_AFTER = 4_000; // ms
const queue = []; // {id, body, form, refused}
let busy = false;
let timer = 0;

export function newId() {
  // crypto.randomUUID is missing on pages that came without TLS.
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function post(body, shown) {
  const id = newId();
  const message = { ...body, id };
  log.showOwn({ client_id: id, text: shown, at: new Date().toISOString(), state: "sending" });
  queue.push({ id, body: message, shown });
  keep();
  next();
}

export function postFiles(files) {
  const id = newId();
  const form = new FormData();
  form.append("id", id);
  for (const file of files) form.append("files", file, file.name);
  const images = files.filter((file) => file.type.startsWith("image/"));
  const others = files.filter((file) => !file.type.startsWith("image/"));
  log.showOwn({
    client_id: id, text: others.map((file) => file.name).join("\n"), at: new Date().toISOString(),
    state: "sending", pictures: images.map((file) => URL.createObjectURL(file)),
  });
  queue.push({ id, form });
  next();
}

export function retry() {
  clearTimeout(timer);
  next();
}

export function restore() {
  // Messages that were being written when the page was closed; the server knows those that it has by name.
  for (const { id, body, shown } of read()) {
    if (log.has(id)) continue;
    log.showOwn({ client_id: id, text: shown, at: new Date().toISOString(), state: "sending" });
    queue.push({ id, body, shown });
  }
  keep();
  next();
}

async function next() {
  if (busy || !queue.length) return;
  busy = true;
  const one = queue[0];
  const outcome = await attempt(one);
  busy = false;
  if (outcome === "later") {
    log.mark(one.id, "failed", { why: "网络不通，稍后自动重发", again: retry });
    clearTimeout(timer);
    timer = setTimeout(next, RETRY_AFTER);
    return;
  }
  queue.shift();
  keep();
  next();
}

async function attempt(one) {
  log.mark(one.id, "sending");
  let answer;
  try {
    answer = await fetch(one.form ? "/api/uploads" : "/api/messages", {
      method: "POST",
      headers: one.form ? {} : { "Content-Type": "application/json" },
      body: one.form ?? JSON.stringify(one.body),
    });
  } catch {
    return "later";
  }
  if (answer.ok) {
    log.mark(one.id, "sent");
    log.awaitAnswer();
    return "done";
  }
  let why = "";
  try {
    why = (await answer.json()).error;
  } catch { /* a proxy answered, not we */ }
  if (answer.status >= 500 && !why) return "later";
  log.mark(one.id, "failed", { why: why || "没有发出", again: () => { queue.push(one); keep(); next(); } });
  return "refused";
}

function keep() {
  try {
    const unsent = queue.filter((one) => one.body);
    if (unsent.length) localStorage.setItem(KEPT, JSON.stringify(unsent));
    else localStorage.removeItem(KEPT);
  } catch { /* storage is switched off: only a reload would have needed it */ }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}
