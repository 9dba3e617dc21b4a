// Records the voice: one sentence on the screen, one recording of it, and what to do better. What is kept is kept:
// closing the page loses nothing, and whoever comes back goes on where they stopped.
"use strict";

const TYPES = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"];
const TAIL_MS = 250; // the last sound of a sentence comes after the finger

for (const box of document.querySelectorAll("[data-voice]")) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  const say = box.dataset;
  const sentences = [...box.querySelectorAll(".prompts li")];
  const [level, levelRow, playback, status, count, done] = ["level", "level-row", "playback", "status", "count", "done"].map(part);
  const buttons = ["start", "record", "stop", "next", "again", "delete"].map(part);
  const [start, record, stop, next, again, remove] = buttons;
  const [back, forward] = [part("back"), part("forward")];
  let stream, recorder, endTimer, at = 0, isBusy = false;

  const tell = (text) => { status.textContent = text; };
  const only = (...visible) => buttons.forEach((b) => { b.hidden = !visible.includes(b); });
  const isKept = (n = at) => "kept" in sentences[n].dataset;
  const keptCount = () => sentences.filter((_, n) => isKept(n)).length;

  function show(n, text = "") {
    at = Math.max(0, Math.min(sentences.length - 1, n));
    sentences.forEach((one, m) => one.classList.toggle("now", m === at));
    back.disabled = at === 0;
    forward.disabled = at === sentences.length - 1;
    playback.hidden = true;
    playback.removeAttribute("src");
    tell(text);
    if (!stream) only(start);
    else if (isKept()) only(next, again, remove);
    else only(record);
  }

  function tally() {
    const kept = keptCount();
    count.textContent = say.progress.replace("{kept}", kept).replace("{all}", sentences.length);
    done.value = kept;
    return kept;
  }

  function nextOpen() {
    for (let step = 1; step <= sentences.length; step += 1) {
      const n = (at + step) % sentences.length;
      if (!isKept(n)) return n;
    }
    return -1;
  }

  async function turnOn() {
    start.disabled = true;
    try {
      if (!window.MediaRecorder) throw new Error("this browser cannot record");
      // What the device makes of a voice is not the voice.
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
    } catch {
      tell(say.noMicrophone);
      start.disabled = false;
      return;
    }
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    levelRow.hidden = false;
    const tick = () => {
      analyser.getFloatTimeDomainData(wave);
      level.value = Math.min(1, 4 * Math.sqrt(wave.reduce((sum, v) => sum + v * v, 0) / wave.length));
      requestAnimationFrame(tick);
    };
    tick();
    const open = isKept() ? nextOpen() : at;
    show(open < 0 ? at : open);
    (record.hidden ? next : record).focus();
  }

  function begin() {
    const chunks = [];
    recorder = new MediaRecorder(stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)), audioBitsPerSecond: 128000 });
    recorder.ondataavailable = (event) => chunks.push(event.data);
    recorder.onstop = () => { clearTimeout(endTimer); box.classList.remove("recording"); deliver(new Blob(chunks, { type: recorder.mimeType })); };
    recorder.start();
    endTimer = setTimeout(() => recorder.stop(), 1000 * Number(say.maxSeconds));
    box.classList.add("recording");
    [back, forward].forEach((b) => { b.disabled = true; });
    tell("");
    only(stop);
    stop.focus();
  }

  async function deliver(sound) {
    if (isBusy) return;
    isBusy = true;
    only();
    tell(say.keeping);
    playback.src = URL.createObjectURL(sound);
    let told = say.failed, isGood = false;
    try {
      const answer = await fetch(`${say.task}/${sentences[at].dataset.number}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: sound });
      const said = await answer.json();
      if (!answer.ok) told = said.error;
      else if (said.faults.length) told = said.faults.map((fault) => box.getAttribute(`data-fault-${fault}`)).join(" ");
      else isGood = true;
    } catch { /* the line broke: the recording can be made again */ }
    isBusy = false;
    back.disabled = at === 0;
    forward.disabled = at === sentences.length - 1;
    if (isGood) {
      sentences[at].dataset.kept = "";
      const kept = tally();
      told = kept === sentences.length ? say.noneLeft : kept === Number(say.enough) ? say.ready : say.kept;
      only(...(kept === sentences.length ? [again, remove] : [next, again, remove]));
    } else only(record);
    playback.hidden = false;
    tell(told);
    (isGood && !next.hidden ? next : record.hidden ? again : record).focus();
  }

  async function erase() {
    try {
      const answer = await fetch(`${say.task}/${sentences[at].dataset.number}`, { method: "DELETE" });
      if (!answer.ok) { tell((await answer.json()).error); return; }
    } catch { tell(say.failed); return; }
    delete sentences[at].dataset.kept;
    tally();
    show(at);
  }

  start.addEventListener("click", turnOn);
  record.addEventListener("click", begin);
  again.addEventListener("click", begin);
  stop.addEventListener("click", () => setTimeout(() => recorder.state === "recording" && recorder.stop(), TAIL_MS));
  next.addEventListener("click", () => { const open = nextOpen(); show(open < 0 ? at + 1 : open); (record.hidden ? again : record).focus(); });
  remove.addEventListener("click", erase);
  back.addEventListener("click", () => show(at - 1));
  forward.addEventListener("click", () => show(at + 1));
  show(isKept() ? Math.max(0, nextOpen()) : 0);
}
