// Writing: text, buttons, photos, a place.

import * as log from "./log.js";
import { post, postFiles } from "./post.js";

const DRAFT = "dianling.draft";
const write = document.getElementById("write");
const text = document.getElementById("text");
const files = document.getElementById("files");
const place = document.getElementById("place");
let composing = false;

export function begin() {
  text.value ||= stored() ?? "";
  grow();
  write.addEventListener("submit", (event) => {
    event.preventDefault();
    sendText();
  });
  text.addEventListener("input", () => { grow(); store(text.value); });
  text.addEventListener("compositionstart", () => { composing = true; });
  text.addEventListener("compositionend", () => { composing = false; });
  text.addEventListener("keydown", (event) => {
    // Enter that picks a word in an input method is not Enter that sends; Safari says so only by 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || composing || event.keyCode === 229) return;
    event.preventDefault();
    sendText();
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !event.target.matches(".choices, .menu")) return;
    event.preventDefault();
    if (button.name === "choice") {
      log.press(button);
      post({ choice: button.value }, button.textContent);
    } else post({ text: button.value }, button.textContent);
  });
  document.querySelector(".leave").addEventListener("submit", (event) => {
    if (!confirm("结束对话，并清空这台设备上的记录？")) event.preventDefault();
    else localStorage.clear();
  });
  files.addEventListener("change", () => {
    if (files.files.length) postFiles([...files.files]);
    files.value = "";
  });
  text.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (!pasted.length) return;
    event.preventDefault();
    postFiles(pasted);
  });
  place.addEventListener("click", sendPlace);
}

function sendText() {
  const words = text.value.trim();
  if (!words) return;
  post({ text: words }, words);
  text.value = "";
  text.inputMode = "text";
  store("");
  grow();
  text.focus();
}

function sendPlace() {
  if (!navigator.geolocation) {
    say("这个浏览器不能定位，请直接写下地址。");
    return;
  }
  place.setAttribute("aria-busy", "true");
  navigator.geolocation.getCurrentPosition(
    ({ coords: { latitude, longitude } }) => {
      place.removeAttribute("aria-busy");
      post({ location: { latitude, longitude } }, "［我的位置］");
    },
    () => {
      place.removeAttribute("aria-busy");
      say("没有得到定位（可能没有允许），请直接写下地址。");
    },
    { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
  );
}

function say(words) {
  text.placeholder = words;
  text.focus();
}

function grow() {
  text.style.height = "44px"; // set through the object model: the content policy allows no style attributes
  text.style.height = `${Math.min(text.scrollHeight + 2, 148)}px`;
}

function stored() {
  try {
    return localStorage.getItem(DRAFT);
  } catch {
    return null;
  }
}

function store(words) {
  try {
    if (words) localStorage.setItem(DRAFT, words);
    else localStorage.removeItem(DRAFT);
  } catch { /* storage is switched off: there is no draft then */ }
}
