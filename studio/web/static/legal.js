// Everything works without this file; it spares a click, and keeps a form from being sent twice.
"use strict";

document.querySelectorAll("form[data-once]").forEach((form) => {
  form.addEventListener("submit", () => {
    // After the event: a disabled button would not send its own value.
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((one) => { one.disabled = true; }));
  });
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("button:disabled").forEach((one) => { one.disabled = false; });
});

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.querySelector("[data-focus]")?.focus();

document.querySelectorAll("[data-select]").forEach((input) => input.addEventListener("focus", () => input.select()));

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const input = document.getElementById(button.dataset.copy);
    const said = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(input.value);
      said.textContent = "Copied.";
    } catch {
      input.select();
      said.textContent = "Press Ctrl+C to copy.";
    }
  });
});

// A link to a field inside a closed part opens it.
const opened = () => document.getElementById(location.hash.slice(1))?.closest("details")?.setAttribute("open", "");
window.addEventListener("hashchange", opened);
opened();
