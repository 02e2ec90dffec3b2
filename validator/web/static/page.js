// htmx does most of the work. This shows a message if the program does not answer, and reloads after a run.
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

// Without this, a file that is dropped outside of the field would replace the page.
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", event => {
  event.preventDefault();
  const field = document.getElementById("file");
  if (field && event.dataTransfer.files.length) field.files = event.dataTransfer.files;
});
