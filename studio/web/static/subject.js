// The subject's page: sign with a passkey, and small comforts. Everything but signing works without this file.
"use strict";

// A refused form leaves its own address in the bar; loading that again would send the form again.
const again = () => location.replace(document.body.dataset.home);

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.error), { key: said.key, isOurs: true });
  return said;
}

// -- signing ---------------------------------------------------------------------------------------------------------

function creationOptions(o) {
  return { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) },
    excludeCredentials: (o.excludeCredentials ?? []).map((c) => ({ ...c, id: bytes(c.id) })) };
}

function requestOptions(o) {
  return { ...o, challenge: bytes(o.challenge), allowCredentials: (o.allowCredentials ?? []).map((c) => ({ ...c, id: bytes(c.id) })) };
}

function asJson(credential) {
  const r = credential.response;
  const response = { clientDataJSON: text64(r.clientDataJSON) };
  if (r.attestationObject) {
    response.attestationObject = text64(r.attestationObject);
    response.transports = r.getTransports ? r.getTransports() : [];
  } else {
    response.authenticatorData = text64(r.authenticatorData);
    response.signature = text64(r.signature);
    response.userHandle = r.userHandle ? text64(r.userHandle) : null;
  }
  return { id: credential.id, rawId: text64(credential.rawId), type: credential.type, response,
    clientExtensionResults: credential.getClientExtensionResults(), authenticatorAttachment: credential.authenticatorAttachment };
}

for (const signer of document.querySelectorAll("[data-signer]")) {
  const go = signer.querySelector("[data-go]");
  const status = signer.querySelector("[data-status]");
  if (!go) continue;
  if (!window.PublicKeyCredential) { status.textContent = signer.dataset.none; go.disabled = true; continue; }
  let isMade = !signer.dataset.create; // a passkey that was made and not used yet is not made again
  go.addEventListener("click", async () => {
    go.disabled = true;
    status.textContent = signer.dataset.waiting;
    try {
      if (!isMade) {
        const made = await navigator.credentials.create({ publicKey: creationOptions(await post(signer.dataset.create + "/options")) });
        await post(signer.dataset.create, asJson(made));
        isMade = true;
      }
      const signed = await navigator.credentials.get({ publicKey: requestOptions(await post(signer.dataset.sign + "/options")) });
      await post(signer.dataset.sign, asJson(signed));
      again();
    } catch (error) {
      status.textContent = error.isOurs ? error.message : signer.dataset.failed;
      go.disabled = false;
      go.focus();
    }
  });
}

// -- times and waiting ------------------------------------------------------------------------------------------------

for (const time of document.querySelectorAll("time[data-local]")) {
  time.textContent = new Date(time.dateTime).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

if (document.querySelector("[data-reload]")) setTimeout(again, 5000);
