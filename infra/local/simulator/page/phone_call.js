"use strict";
// Calls: phones that ring can be taken here, are heard where the browser can speak, and have keys.
// Everything shown comes through textContent, as in phone.js, whose helpers are used here.

const CALL_POLL_MILLISECONDS = 500;
const SHOWN_CALLS = 6;
const KEYPAD = "123456789*0#";
const KEY_NAMES = { "*": "star", "#": "pound" };
const cards = new Map(); // by the call's id: the card, and what of it was shown

async function refreshCalls() {
  const { calls, over } = await get("/_control/calls");
  const mine = calls.filter((call) => call.is_attended);
  const shown = [...mine, ...calls.filter((call) => !call.is_attended)].slice(0, Math.max(SHOWN_CALLS, mine.length));
  for (const call of shown) showCall(call);
  const ids = new Set(shown.map((call) => call.id));
  for (const call of over) if (cards.has(call.id)) hearRest(cards.get(call.id), call.said);
  for (const [id, card] of cards) if (!ids.has(id)) endCard(id, card);
  const more = calls.length - shown.length;
  byId("more-calls").textContent = more ? `and ${more} more` : "";
  byId("calls").hidden = cards.size === 0;
}

function showCall(call) {
  const card = cards.get(call.id) ?? newCard(call);
  const state = call.is_attended ? "talking" : call.is_talking ? "taken" : "ringing";
  if (card.state !== state) enter(card, state);
  hearRest(card, call.said);
  const hint = call.asks ? "Waiting for a key." : call.pressed ? `Pressed: ${[...call.pressed].join(" ")}` : "";
  if (card.hint.textContent !== hint) card.hint.textContent = hint;
}

function newCard(call) {
  const box = element("article", "call");
  const title = element("h3", "", call.handset);
  const about = element("p", "about");
  const said = element("ol", "said");
  const hint = element("p", "hint");
  const buttons = element("div", "buttons");
  said.setAttribute("aria-live", "polite");
  hint.setAttribute("role", "status");
  box.setAttribute("aria-label", `Call to ${call.handset}`);
  box.append(title, about, said, hint, buttons);
  byId("call-cards").append(box);
  const card = { id: call.id, sender: call.sender, box, about, said, hint, buttons, heard: 0, state: "" };
  cards.set(call.id, card);
  return card;
}

function enter(card, state) {
  const words = { ringing: "is ringing", taken: "was taken by somebody else", talking: "you are talking" };
  card.state = state;
  card.box.dataset.state = state;
  card.about.textContent = `${words[state]}; from ${card.sender}`;
  const made = {
    ringing: () => [action(card, "Take", "take"), action(card, "Decline", "decline"), action(card, "Voicemail", "voicemail")],
    talking: () => [keypad(card), action(card, "Hang up", "hang_up")],
    taken: () => [],
  }[state]();
  const hadFocus = card.buttons.contains(document.activeElement);
  card.buttons.replaceChildren(...made);
  if (hadFocus) card.buttons.querySelector("button")?.focus();
}

function action(card, text, what) {
  const button = element("button", what, text);
  button.type = "button";
  button.addEventListener("click", () => act(card, { do: what }));
  return button;
}

function keypad(card) {
  const pad = element("div", "keypad");
  pad.setAttribute("role", "group");
  pad.setAttribute("aria-label", "Keys");
  for (const key of KEYPAD) {
    const button = element("button", "key", key);
    button.type = "button";
    if (KEY_NAMES[key]) button.setAttribute("aria-label", KEY_NAMES[key]);
    button.addEventListener("click", () => act(card, { do: "press", key }));
    pad.append(button);
  }
  card.box.addEventListener("keydown", (event) => {
    if (!KEYPAD.includes(event.key) || card.state !== "talking") return;
    act(card, { do: "press", key: event.key });
    event.preventDefault();
  });
  return pad;
}

function act(card, order) {
  window.speechSynthesis?.cancel();
  return attempt(async () => {
    await post(`/_control/calls/${card.id}`, order);
    await refreshCalls();
  });
}

function hearRest(card, said) {
  for (const one of said.slice(card.heard)) hear(card, one);
  card.heard = said.length;
}

function hear(card, said) {
  const line = element("li", "", said.text);
  line.lang = said.language;
  card.said.append(line);
  line.scrollIntoView({ block: "nearest" });
  if (card.state !== "talking" || !window.speechSynthesis) return;
  const speech = new SpeechSynthesisUtterance(said.text);
  speech.lang = said.language;
  window.speechSynthesis.speak(speech);
}

function endCard(id, card) {
  if (card.state === "over") return;
  if (card.state !== "talking") {
    card.box.remove();
    cards.delete(id);
    return;
  }
  card.state = "over"; // what was said stays until it was read
  card.box.dataset.state = "over";
  card.about.textContent = "the call is over";
  card.hint.textContent = "";
  const close = element("button", "", "Close");
  close.type = "button";
  close.addEventListener("click", () => {
    card.box.remove();
    cards.delete(id);
    byId("calls").hidden = cards.size === 0;
  });
  card.buttons.replaceChildren(close);
}

async function pollCalls() {
  try {
    await refreshCalls();
  } catch {
    byId("more-calls").textContent = "";
  }
  setTimeout(pollCalls, CALL_POLL_MILLISECONDS);
}

attempt(async () => {
  const { outcomes } = await get("/_control/call-outcomes");
  byId("call-outcomes").append(...outcomes.map((outcome) => {
    const row = element("tr");
    row.append(element("td", "", `…${outcome.digits}`), element("td", "", outcome.meaning));
    return row;
  }));
});
pollCalls();
