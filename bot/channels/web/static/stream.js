// Listening for what we say: live, and whatever was missed while the line was down.

import * as log from "./log.js";
import { retry } from "./post.js";

const PATIENCE = 2_500; // ms: a short break needs no banner
const banner = document.getElementById("offline");
let source;
let last = Number(document.body.dataset.lastId);
let timer = 0;
let pause = 1_000; // ms

export function listen() {
  source?.close();
  source = new EventSource(`/events?after=${last}`);
  source.onopen = () => {
    clearTimeout(timer);
    timer = 0;
    pause = 1_000;
    banner.hidden = navigator.onLine; // it may have opened in the very moment in which the line broke
    retry();
  };
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    last = Math.max(last, Number(message.lastEventId) || 0);
    if (event.kind === "own") log.showOwn(event);
    else log.showReply(event);
  };
  source.onerror = () => {
    timer ||= setTimeout(() => { banner.hidden = false; }, PATIENCE);
    // The browser comes back by itself unless the answer was an error: then we do, ever more slowly.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(listen, pause);
      pause = Math.min(pause * 2, 30_000);
    }
  };
}

addEventListener("offline", () => { banner.hidden = false; });
addEventListener("online", listen);
// A page that comes back from the browser's own memory has lost its stream.
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
