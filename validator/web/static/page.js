// The page works by htmx; this says so if its program no longer answers, and shows what has ended.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const lost = document.getElementById("lost");
  const say = isLost => { lost.hidden = !isLost; };
  document.body.addEventListener("htmx:sseError", () => say(true));
  document.body.addEventListener("htmx:sendError", () => say(true));
  document.body.addEventListener("htmx:sseOpen", () => say(false));
  document.body.addEventListener("htmx:sseMessage", event => {
    if (event.detail.type === "ended") location.reload();
  });
});

// A file that misses its field would replace the page.
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", event => {
  event.preventDefault();
  const field = document.getElementById("file");
  if (field && event.dataTransfer.files.length) field.files = event.dataTransfer.files;
});
