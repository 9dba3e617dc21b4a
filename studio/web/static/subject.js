// The subject's page: record a statement, sign with a passkey. Everything else on the page works without this file.
"use strict";

const show = (node, visible) => { if (node) node.hidden = !visible; };
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
  go.addEventListener("click", async () => {
    go.disabled = true;
    status.textContent = signer.dataset.waiting;
    try {
      if (signer.dataset.create) {
        const made = await navigator.credentials.create({ publicKey: creationOptions(await post(signer.dataset.create + "/options")) });
        await post(signer.dataset.create, asJson(made));
      }
      const signed = await navigator.credentials.get({ publicKey: requestOptions(await post(signer.dataset.sign + "/options")) });
      await post(signer.dataset.sign, asJson(signed));
      location.reload();
    } catch (error) {
      status.textContent = error.isOurs ? error.message : signer.dataset.failed;
      go.disabled = false;
    }
  });
}

// -- recording -------------------------------------------------------------------------------------------------------

for (const box of document.querySelectorAll("[data-recorder]")) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  const [preview, playback, level, status, progress] = ["preview", "playback", "level", "status", "progress"].map(part);
  const [start, record, stop, send, again, upload] = ["start", "record", "stop", "send-it", "again", "upload"].map(part);
  let stream, recorder, recording, timer;

  const only = (...visible) => [start, record, stop, send, again].forEach((b) => show(b, visible.includes(b)));

  async function turnOn() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
        // What the device makes of a voice is not the voice: the checks want it as it is.
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch {
      status.textContent = box.dataset.noCamera;
      return;
    }
    preview.srcObject = stream;
    show(preview, true);
    show(playback, false);
    status.textContent = "";
    only(record);
    watchLevel();
  }

  function watchLevel() {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    show(level, true);
    const tick = () => {
      if (!stream.active) { context.close(); show(level, false); return; }
      analyser.getFloatTimeDomainData(wave);
      level.value = Math.min(1, 4 * Math.sqrt(wave.reduce((sum, v) => sum + v * v, 0) / wave.length));
      requestAnimationFrame(tick);
    };
    tick();
  }

  function begin() {
    const types = ["video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];
    const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
    const chunks = [];
    recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 1500000 });
    recorder.ondataavailable = (event) => chunks.push(event.data);
    recorder.onstop = () => {
      clearTimeout(timer);
      recording = new Blob(chunks, { type: recorder.mimeType });
      stream.getTracks().forEach((track) => track.stop());
      show(preview, false);
      playback.src = URL.createObjectURL(recording);
      show(playback, true);
      only(send, again);
      send.focus();
    };
    recorder.start(500);
    timer = setTimeout(() => recorder.stop(), 1000 * Number(box.dataset.maxSeconds));
    only(stop);
    stop.focus();
  }

  function deliver(body, isUpload) {
    only();
    show(progress, true);
    status.textContent = box.dataset.sending;
    const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
    request.open("POST", box.dataset.send + (isUpload ? "?upload=true" : ""));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      progress.value = event.loaded / event.total;
      if (event.loaded === event.total) { progress.removeAttribute("value"); status.textContent = box.dataset.checking; }
    };
    request.onloadend = () => {
      show(progress, false);
      if (request.status === 200) { location.reload(); return; }
      let said;
      try { said = JSON.parse(request.responseText).error; } catch { said = box.dataset.error; }
      status.textContent = said;
      only(recording ? send : start, again);
    };
    request.send(body);
  }

  start.addEventListener("click", turnOn);
  record.addEventListener("click", begin);
  stop.addEventListener("click", () => recorder.stop());
  again.addEventListener("click", () => location.reload()); // with a fresh code where the old one has run out
  send.addEventListener("click", () => deliver(recording, false));
  if (upload) upload.addEventListener("change", () => { if (upload.files[0]) deliver(upload.files[0], true); });
}

// -- language --------------------------------------------------------------------------------------------------------

const language = document.querySelector("form.language");
if (language) {
  language.querySelector("button").hidden = true;
  language.querySelector("select").addEventListener("change", () => language.submit());
}
