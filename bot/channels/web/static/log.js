// The conversation as it stands on the page.

import { toNodes } from "./markup.js";
import { dayLabel, timeLabel } from "./moments.js";

const LABELS = { danger: "紧急安全提示", staff: "人工客服", notice: "通知" };
const STATES = { sending: "发送中…", sent: "已发送", failed: "未发出" };
const TYPING_AFTER = 300; // ms: a quick answer needs no sign of work
const PICTURE_TRIES = 6;
const PICTURE_AGAIN = 1_500; // ms, longer each time
const TYPING_FOR = 20_000; // ms: where a colleague answers, nobody is typing yet

const log = document.getElementById("log");
const scroller = document.getElementById("scroller");
const typing = document.getElementById("typing");
const typingText = document.getElementById("typing-text");
const newest = document.getElementById("newest");
const seen = new Set([...log.querySelectorAll("[data-id]")].map((one) => Number(one.dataset.id)));
let typingTimers = [];
let following = true; // until the reader scrolls away
let anchor = null; // what must not be scrolled out at the top: a long answer is read from its beginning
let pinned = 0;

export const has = (clientId) => Boolean(own(clientId));

export function scrollToEnd() {
  anchor = null;
  pin();
}

export function showReply(event) {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  // What was a message of its own may have become the first of a card since.
  const byCard = event.card ? log.querySelector(`[data-card="${CSS.escape(event.card)}"]`) : null;
  const before = byCard ?? (event.replaces_id ? log.querySelector(`[data-id="${event.replaces_id}"]`) : null);
  if (before && Number(before.dataset.id) > event.id) return; // a state that is over already
  const node = replyNode(event);
  waitNoMore();
  if (before && event.quiet) {
    before.replaceWith(node);
    return;
  }
  before?.remove();
  append(node, event.at);
}

export function showOwn({ client_id: clientId, text, at, state = "", pictures = [] }) {
  if (own(clientId)) return;
  const node = element("article", "message own");
  node.dataset.clientId = clientId;
  const bubble = node.appendChild(element("div", "bubble"));
  for (const url of pictures) {
    const picture = bubble.appendChild(document.createElement("img"));
    picture.alt = "";
    picture.onload = () => { URL.revokeObjectURL(url); scrollToEnd(); };
    picture.onerror = () => picture.remove();
    picture.src = url;
  }
  bubble.append(text);
  node.append(footer(at));
  for (const one of log.querySelectorAll(".reply:not(.past)")) one.classList.add("past");
  append(node, at);
  scrollToEnd();
  if (state) mark(clientId, state);
}

export function mark(clientId, state, { why = "", again = null } = {}) {
  const node = own(clientId);
  if (!node) return;
  node.classList.remove("sending", "sent", "failed");
  node.classList.add(state);
  node.querySelector(".state")?.remove();
  const said = node.querySelector("footer").appendChild(element("span", "state"));
  said.textContent = ` · ${why || STATES[state]}`;
  if (again) {
    const button = said.appendChild(element("button", "again"));
    button.type = "button";
    button.textContent = "重发";
    button.onclick = again;
  }
  if (state === "failed") waitNoMore();
}

export function awaitAnswer() {
  waitNoMore();
  const begin = () => {
    typing.classList.add("on");
    typingText.textContent = "正在回复";
  };
  typingTimers = [setTimeout(begin, TYPING_AFTER), setTimeout(waitNoMore, TYPING_FOR)];
}

export function press(button) {
  const group = [...button.form.querySelectorAll("button")];
  for (const one of group) {
    one.setAttribute("aria-pressed", String(one === button));
    one.disabled = true; // a double tap is one tap
  }
  setTimeout(() => { for (const one of group) one.disabled = false; }, 900);
}

function waitNoMore() {
  typingTimers.forEach(clearTimeout);
  typing.classList.remove("on");
  typingText.textContent = "";
}

function replyNode(event) {
  const node = element("article", `message reply ${event.reply_kind}`);
  node.dataset.id = event.id;
  if (event.card) node.dataset.card = event.card;
  const label = LABELS[event.reply_kind];
  if (label) node.appendChild(element("p", "label")).textContent = label;
  const bubble = node.appendChild(element("div", "bubble"));
  bubble.append(toNodes(event.text));
  for (const file of event.files ?? []) bubble.append(enclosed(file));
  if (event.asks === "location") {
    const here = node.appendChild(element("button", "here"));
    here.type = "button";
    here.textContent = "发送我的位置";
    here.onclick = () => document.getElementById("place").click();
  }
  if (event.asks === "contact") {
    node.appendChild(element("p", "hint")).textContent = "请在下面的输入框里直接写手机号。";
    document.getElementById("text").inputMode = "tel";
  }
  if (event.choices.length) {
    const form = node.appendChild(element("form", "choices"));
    for (const [index, { label: words, key }] of event.choices.entries()) {
      if (event.row && index === event.choices.length - event.row) form.append(element("span", "new-row"));
      const button = form.appendChild(document.createElement("button"));
      button.name = "choice";
      button.value = key;
      button.textContent = words;
    }
  }
  node.append(footer(event.at));
  return node;
}

function enclosed({ url, kind, name }) {
  if (kind === "photo") {
    const link = document.createElement("a");
    Object.assign(link, { href: url, target: "_blank", rel: "noopener" });
    const picture = link.appendChild(document.createElement("img"));
    picture.alt = "照片";
    let tries = 0;
    // What a colleague sent from elsewhere may still be on its way to us.
    picture.onerror = () => {
      if (++tries <= PICTURE_TRIES) setTimeout(() => { picture.src = `${url}?${tries}`; }, PICTURE_AGAIN * tries);
    };
    picture.onload = () => { if (following) pin(); };
    picture.src = url;
    return link;
  }
  if (kind === "video" || kind === "voice") {
    const player = document.createElement(kind === "video" ? "video" : "audio");
    Object.assign(player, { controls: true, preload: kind === "video" ? "metadata" : "none", src: url });
    return player;
  }
  const link = element("a", "file");
  Object.assign(link, { href: url, download: "", textContent: name || "文件" });
  return link;
}

function append(node, at) {
  const readAll = below() < 40;
  const day = dayLabel(at);
  const shownDays = log.querySelectorAll(".day");
  if (shownDays[shownDays.length - 1]?.dataset.day !== day) {
    const line = log.appendChild(element("p", "day"));
    line.dataset.day = day;
    line.appendChild(document.createElement("span")).textContent = day;
  }
  log.append(node);
  if (!following) {
    newest.hidden = !node.matches(".reply");
    return;
  }
  if (readAll) {
    const asked = [...log.querySelectorAll(".own")].at(-1);
    anchor = asked && topOf(asked) >= scroller.scrollTop - 4 ? asked : node;
  }
  pin();
}

function pin() {
  scroller.scrollTop = anchor?.isConnected ? Math.max(topOf(anchor) - 10, 0) : scroller.scrollHeight;
  pinned = scroller.scrollTop; // as far as it went
  following = true;
  newest.hidden = below() < 40;
}

const below = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;

const topOf = (node) =>
  node.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;

function footer(at) {
  const foot = document.createElement("footer");
  const time = foot.appendChild(document.createElement("time"));
  time.dateTime = at;
  time.textContent = timeLabel(at);
  return foot;
}

function own(clientId) {
  return log.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);
}

function element(tag, className) {
  const node = document.createElement(tag);
  node.className = className;
  return node;
}

newest.onclick = scrollToEnd;
scroller.addEventListener("scroll", () => {
  if (below() < 40) newest.hidden = true;
  following = below() < 40 || Math.abs(scroller.scrollTop - pinned) < 4;
}, { passive: true });
// The keyboard of a phone takes height away: what was said last stays in sight.
new ResizeObserver(() => { if (following) pin(); }).observe(scroller);
