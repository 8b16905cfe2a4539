"use strict";
// What pages do beyond HTML. Every form works without this file.

// A field's chip puts the field into the text.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  const body = document.getElementById("body");
  if (!chip || !body) return;
  body.setRangeText(chip.dataset.insert, body.selectionStart, body.selectionEnd, "end");
  body.focus();
  body.dispatchEvent(new Event("input", { bubbles: true }));
});

// The text is measured when writing pauses, and once when the page opens with one.
let pause;
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-measure]")) return;
  clearTimeout(pause);
  pause = setTimeout(measure, 300);
});
function measure() {
  document.body.dispatchEvent(new CustomEvent("measure", { bubbles: true }));
}
addEventListener("load", () => {
  const body = document.getElementById("body");
  if (body && body.value) measure();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// One box ticks all of a table.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.tickAll;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[name="${name}"]`)) box.checked = event.target.checked;
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select();
});

// A part of a page that is asked for again says which state of it is there: 304 when that still holds.
const seen = new Map();
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  const tag = seen.get(request.action);
  if (tag && request.method === "GET") request.headers["If-None-Match"] = tag;
});
document.addEventListener("htmx:after:request", (event) => {
  const { request, response } = event.detail.ctx;
  const tag = response.headers.get("ETag");
  if (tag) seen.set(request.action, tag);
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A file larger than what is taken is refused before any of it is sent.
for (const input of document.querySelectorAll("input[data-most-bytes]"))
  input.addEventListener("change", () => {
    const has = (input.files[0]?.size ?? 0) / 1048576;
    const most = Number(input.dataset.mostBytes) / 1048576;
    const less = `Only ${most.toFixed(1)} MB are taken. Split it, or leave out columns that nothing needs.`;
    input.setCustomValidity(has > most ? `The file has ${has.toFixed(1)} MB. ${less}` : "");
    input.reportValidity();
  });

// A file too large for one request goes straight to storage, with its progress shown.
const HEAD_BYTES = 256 * 1024;
const upload = document.querySelector("form[data-upload]");
if (upload) {
  const input = upload.querySelector("input[type=file]");
  const drop = upload.querySelector(".drop");
  // Without this the browser opens what is dropped beside the field.
  for (const name of ["dragenter", "dragover", "dragleave", "drop"])
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragenter" || name === "dragover");
    });
  drop.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    input.dispatchEvent(new Event("change"));
  });
  // A file is of the kind that is called like it, until somebody says otherwise.
  const letters = (text) => text.toLowerCase().replace(/\.[a-z0-9]{2,6}$/, "").replace(/[^\p{L}]/gu, "");
  const choose = () => {
    const file = input.files[0];
    if (!file || upload.querySelector("[name=source_id]:checked")) return;
    for (const kind of upload.querySelectorAll("[data-kind]"))
      if (letters(kind.dataset.kind) === letters(file.name)) kind.checked = true;
  };
  input.addEventListener("change", choose);
  upload.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (!file) return;
    if (upload.dataset.sent) event.preventDefault();
    if (upload.dataset.sent) return;
    if (file.size > Number(upload.dataset.directBytes)) {
      event.preventDefault();
      upload.dataset.sent = "yes";
      send(file).catch((error) => {
        say(error.reason || "The upload did not go through. Try it again.");
        state.querySelector("progress").hidden = true;
        state.classList.add("problem");
        delete upload.dataset.sent;
      });
    }
  });
  const state = upload.querySelector(".upload-state");
  const say = (text) => {
    state.hidden = state.querySelector("progress").hidden = false;
    state.querySelector("span").textContent = text;
  };
  const send = async (file) => {
    const form = new FormData(upload);
    form.set("file", file.slice(0, HEAD_BYTES), file.name);
    form.set("name", file.name);
    state.classList.remove("problem");
    say("The file is being looked at.");
    const answer = await fetch("/files/announce", { method: "POST", body: form });
    if (answer.redirected) return location.reload(); // to the page to sign in on, and back
    if (!answer.ok) throw await refusal(answer);
    const link = await answer.json();
    await put(link, file);
    location.assign(link.next);
  };
  // What is refused is answered with a page that says why.
  const refusal = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const whys = [...page.querySelectorAll("p[data-why], [data-why] li")].map((one) => one.textContent.trim());
    return Object.assign(new Error(answer.status), { reason: whys.join(" ") });
  };
  // 412: an earlier try came to its end, though its answer did not.
  const isThere = (status) => status < 300 || status === 412;
  const put = (link, file) =>
    new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("PUT", link.url);
      for (const [name, value] of Object.entries(link.headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", (event) => {
        const percent = Math.round((event.loaded / event.total) * 100);
        state.querySelector("progress").value = percent;
        say(`${percent} % of the file is up.`);
      });
      request.addEventListener("load", () => (isThere(request.status) ? done() : failed(new Error(request.status))));
      request.addEventListener("error", failed);
      request.send(file);
    });
}
