// Drag and drop for the verify page. Without JavaScript the form works as a plain upload.
const form = document.getElementById("verify"), input = document.getElementById("file"), drop = document.getElementById("drop");
const busy = document.getElementById("busy"), answer = document.getElementById("answer"), text = document.getElementById("drop-text");
const idle = text.textContent;

async function check(file) {
  busy.hidden = false; answer.replaceChildren(); text.textContent = `Checking ${file.name} …`;
  const body = new FormData(); body.append("file", file);
  try {
    const reply = await fetch("/verify", { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const found = page.getElementById("answer");
    if (!found) throw new Error(`the studio answered ${reply.status}`);
    answer.replaceChildren(...found.childNodes);
  } catch (e) {
    answer.textContent = `The file could not be sent: ${e.message}. Check the connection and try again.`;
  } finally {
    busy.hidden = true; text.textContent = idle; input.value = "";
  }
}
input.addEventListener("change", () => { if (input.files.length) check(input.files[0]); });
form.addEventListener("submit", (e) => { e.preventDefault(); if (input.files.length) check(input.files[0]); });
for (const name of ["dragover", "dragenter"]) drop.addEventListener(name, (e) => { e.preventDefault(); drop.classList.add("over"); });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (e) => { e.preventDefault(); drop.classList.remove("over"); });
drop.addEventListener("drop", (e) => { if (e.dataTransfer.files.length) check(e.dataTransfer.files[0]); });
