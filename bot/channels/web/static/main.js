// The chat page: everything below works on what the server has rendered.

import { begin } from "./composer.js";
import { scrollToEnd } from "./log.js";
import { restore } from "./post.js";
import { listen } from "./stream.js";

const replies = [...document.querySelectorAll(".log > .message")];
const lastOwn = replies.findLastIndex((one) => one.matches(".own"));
replies.forEach((one, index) => { if (index < lastOwn && one.matches(".reply")) one.classList.add("past"); });
begin();
scrollToEnd();
restore();
listen();
