// Records the spoken statement: camera and microphone on, read aloud, move the head, watch it, send it.
// There is no hurry: the pace of the movements is a suggestion, the recording ends when the person says so, and a code
// that has run out is replaced by a new one.
"use strict";

const PACE_MS = 4000; // for one movement there and back
const QUIET = 0.02; // of full scale; a room without a voice stays below
const WEBM_FIRST = ["video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];

for (const box of document.querySelectorAll("[data-recorder]")) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  const say = box.dataset;
  const home = document.body.dataset.home;
  const [preview, playback, level, levelRow, status, progress, pace, left] =
    ["preview", "playback", "level", "level-row", "status", "progress", "pace", "left"].map(part);
  const [start, record, next, stop, send, again] = ["start", "record", "next", "stop", "send-it", "again"].map(part);
  const [words, moves] = [box.querySelector("[data-step=say]"), box.querySelector("[data-step=moves]")];
  let stream, recorder, recording, endTimer, paceTimer, loudest, isUpload = false;

  const tell = (text) => { status.textContent = text; };
  const only = (...visible) => [start, record, next, stop, send, again].forEach((b) => { b.hidden = !visible.includes(b); });

  // -- camera and microphone ------------------------------------------------------------------------------------------

  async function turnOn() {
    start.disabled = true;
    try {
      if (!window.MediaRecorder) throw new Error("this browser cannot record");
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
        // What the device makes of a voice is not the voice: the checks want it as it is.
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch {
      tell(say.noCamera);
      start.disabled = false;
      return;
    }
    preview.srcObject = stream;
    preview.hidden = false;
    tell("");
    only(record);
    record.focus();
    watchLevel();
  }

  function watchLevel() {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    levelRow.hidden = false;
    loudest = 0;
    const tick = () => {
      if (!stream.active) { context.close(); levelRow.hidden = true; return; }
      analyser.getFloatTimeDomainData(wave);
      const now = Math.min(1, 4 * Math.sqrt(wave.reduce((sum, v) => sum + v * v, 0) / wave.length));
      level.value = now;
      loudest = Math.max(loudest, now);
      requestAnimationFrame(tick);
    };
    tick();
  }

  // -- recording ------------------------------------------------------------------------------------------------------

  function begin() {
    const chunks = [];
    recorder = new MediaRecorder(stream, { mimeType: WEBM_FIRST.find((type) => MediaRecorder.isTypeSupported(type)), videoBitsPerSecond: 1500000 });
    recorder.ondataavailable = (event) => chunks.push(event.data);
    recorder.onstop = () => { ended(); review(new Blob(chunks, { type: recorder.mimeType })); };
    stream.getTracks().forEach((track) => track.addEventListener("ended", () => recorder.state === "recording" && recorder.stop()));
    loudest = 0;
    recorder.start(500);
    endTimer = setTimeout(() => recorder.stop(), 1000 * Number(say.maxSeconds));
    box.classList.add("recording");
    moves.hidden = true;
    tell(say.readNow);
    only(next, stop);
    next.focus({ preventScroll: true });
    box.scrollIntoView({ block: "start" });
  }

  // One movement after the other is pointed at; whoever needs longer takes longer, for only the stop button ends it.
  function guide() {
    words.hidden = true;
    moves.hidden = false;
    pace.hidden = false;
    only(stop);
    stop.focus({ preventScroll: true });
    const items = [...moves.querySelectorAll("li")];
    const began = performance.now();
    let shown = -1;
    paceTimer = setInterval(() => {
      const passed = (performance.now() - began) / PACE_MS;
      const now = Math.floor(passed);
      pace.value = now < items.length ? passed - now : 1;
      if (now === shown) return;
      shown = now;
      items.forEach((item, n) => { item.classList.toggle("now", n === now); item.classList.toggle("done", n < now); });
      if (now < items.length) { tell(say.moveNow.replace("{movement}", items[now].innerText.replace(/^[←→↑↓]/u, "").trim())); return; }
      clearInterval(paceTimer);
      tell(say.movesDone);
    }, 100);
  }

  function ended() {
    clearTimeout(endTimer);
    clearInterval(paceTimer);
    stream.getTracks().forEach((track) => track.stop());
    preview.hidden = true;
    pace.hidden = true;
    box.classList.remove("recording");
    moves.querySelectorAll("li").forEach((item) => item.classList.remove("now", "done"));
    words.hidden = moves.hidden = false;
  }

  function review(blob) {
    recording = blob;
    playback.src = URL.createObjectURL(blob);
    playback.hidden = false;
    tell(!isUpload && loudest < QUIET ? say.noSound : say.watch);
    only(send, again);
    send.focus();
  }

  // -- sending --------------------------------------------------------------------------------------------------------

  function deliver() {
    if (recording.size > Number(say.maxBytes)) { tell(say.tooLarge); return; }
    only();
    progress.hidden = false;
    tell(say.sending);
    const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
    request.open("POST", say.task + (isUpload ? "?upload=true" : ""));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      progress.value = event.loaded / event.total;
      if (event.loaded === event.total) { progress.removeAttribute("value"); tell(say.checking); }
    };
    request.onloadend = () => {
      progress.hidden = true;
      if (request.status === 200) { location.replace(home); return; }
      let told = say.error;
      try { told = JSON.parse(request.responseText).error; } catch { /* no answer of ours: the line broke */ }
      tell(told);
      only(send, again);
      again.focus();
    };
    request.send(recording);
  }

  // -- the code -------------------------------------------------------------------------------------------------------

  function awaitExpiry(until) {
    setTimeout(renew, Math.max(1000, new Date(until) - Date.now()));
  }

  async function renew() {
    if (recording) { tell(say.codeLateRecorded); only(again); return; }
    if (recorder && recorder.state === "recording") { setTimeout(renew, 5000); return; }
    let task;
    try {
      const answer = await fetch(say.task);
      if (!answer.ok) throw new Error(String(answer.status));
      task = await answer.json();
    } catch { setTimeout(renew, 30000); return; }
    const code = box.querySelector(".code strong");
    if (task.code.split("").join(" ") === code.textContent) { setTimeout(renew, 15000); return; } // clocks differ
    code.textContent = task.code.split("").join(" ");
    box.querySelector(".say").textContent = task.text;
    moves.querySelectorAll("li").forEach((item, n) => {
      const [arrow, ...rest] = box.getAttribute(`data-move-${task.movements[n].replace("_", "-")}`).split(" ");
      item.querySelector(".arrow").textContent = arrow;
      item.lastChild.textContent = ` ${rest.join(" ")}`;
    });
    const time = left.querySelector("time");
    time.dateTime = task.expires_at;
    time.textContent = new Date(task.expires_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    tell(say.codeLate);
    awaitExpiry(task.expires_at);
  }

  start.addEventListener("click", turnOn);
  record.addEventListener("click", begin);
  next.addEventListener("click", guide);
  stop.addEventListener("click", () => recorder.stop());
  send.addEventListener("click", deliver);
  again.addEventListener("click", () => location.replace(home)); // with a fresh code where the old one has run out
  const upload = part("upload");
  if (upload) upload.addEventListener("change", () => { if (upload.files[0]) { isUpload = true; review(upload.files[0]); } });
  awaitExpiry(say.expires);
}
