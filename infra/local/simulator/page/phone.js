"use strict";
// Every text of a message reaches the page through textContent: what people write is never markup.

const POLL_MILLISECONDS = 1000;
const SHOWN_MESSAGES = 200;
// Channels whose messages look like a chat: what they are called, and how they show what became of a message.
const CHATS = { whatsapp: "WhatsApp", messenger: "Messenger", instagram: "Instagram" };
const TICKS = { accepted: "🕓", queued: "🕓", sent: "✓", delivered: "✓✓", read: "✓✓", failed: "⚠", undelivered: "⚠" };
const byId = (id) => document.getElementById(id);
const state = { search: "", page: 0, handset: null, channel: null, lastId: 0, drawn: "", senders: [] };

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function post(path, order) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(order),
  });
  if (!response.ok) throw new Error(await response.text());
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function refreshHandsets() {
  const query = new URLSearchParams({ search: state.search, page: state.page });
  const found = await get(`/_control/handsets?${query}`);
  const pages = Math.max(1, Math.ceil(found.handsets_total / found.page_size));
  byId("counts").textContent = `${found.handsets_total} phones and mailboxes, ${found.unread} unread`;
  byId("page").textContent = `Page ${found.page + 1} of ${pages}`;
  byId("newer").disabled = found.page === 0;
  byId("older").disabled = found.page + 1 >= pages;
  const drawn = JSON.stringify([found.handsets, state.handset]);
  if (drawn === state.drawn) return; // keeps focus and scroll where nothing is new
  state.drawn = drawn;
  const focused = document.activeElement?.dataset?.address;
  byId("handsets").replaceChildren(...found.handsets.map(handsetItem));
  if (focused) handsetButtons().find((button) => button.dataset.address === focused)?.focus();
}

function handsetItem(handset) {
  const item = element("li");
  const button = element("button");
  button.type = "button";
  button.dataset.address = handset.address;
  button.setAttribute("aria-current", String(handset.address === state.handset));
  button.append(element("span", "who", withoutChannel(handset.address)));
  if (CHATS[handset.channel]) button.append(element("span", `badge ${handset.channel}`, CHATS[handset.channel]));
  if (handset.unread) {
    const unread = element("span", "unread", String(handset.unread));
    unread.setAttribute("aria-label", `${handset.unread} unread`);
    button.append(unread);
  }
  button.append(element("span", "last", handset.last_body));
  button.addEventListener("click", () => attempt(() => open(handset)));
  item.append(button);
  return item;
}

const withoutChannel = (address) => address.replace(/^[a-z]+:/, "");

const handsetButtons = () => [...byId("handsets").querySelectorAll("button")];

async function open(handset) {
  Object.assign(state, { handset: handset.address, channel: handset.channel, lastId: 0, senders: [] });
  const chat = CHATS[handset.channel];
  byId("address").textContent = chat ? `${withoutChannel(handset.address)} on ${chat}` : handset.address;
  byId("talk").dataset.channel = handset.channel;
  byId("messages").replaceChildren();
  byId("sender").replaceChildren();
  byId("body").value = "";
  byId("reply").hidden = false;
  await refreshMessages();
  await refreshHandsets();
}

async function refreshMessages() {
  const handset = state.handset;
  if (handset === null) return;
  const found = await get(`/_control/messages?${new URLSearchParams({ handset, newest: 1, limit: SHOWN_MESSAGES })}`);
  if (handset !== state.handset) return; // another one was opened meanwhile
  const list = byId("messages");
  const known = new Map([...list.children].map((item) => [item.dataset.id, item]));
  for (const message of found.messages) {
    const item = known.get(String(message.id));
    if (item) tellAbout(item.querySelector(".about"), message);
    else list.append(messageItem(message));
  }
  markPressed(found.messages);
  const newest = found.messages.at(-1);
  if (!newest || newest.id === state.lastId) return;
  state.lastId = newest.id;
  list.scrollTop = list.scrollHeight;
  offerSenders(found.messages);
  await post("/_control/readings", { handset });
}

function messageItem(message) {
  const item = element("li", message.incoming ? "incoming" : "outgoing");
  item.dataset.id = message.id;
  if (message.subject) item.append(element("p", "subject", message.subject));
  if (message.html) item.append(htmlFrame(message), textPart(message));
  else if (message.body) item.append(element("p", "body", message.body));
  if (message.channel === "sms") {
    for (const media of Object.values(message.arguments)) item.append(element("p", "media", `🖼 ${media}`));
  }
  for (const file of message.attachments) {
    item.append(element("p", "media", `📎 ${file.filename} (${file.size} bytes)`));
  }
  const last = element("p", "about");
  tellAbout(last, message);
  item.append(last);
  if (message.buttons.length) item.append(choices(message));
  return item;
}

function choices(message) {
  const group = element("div", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Answers");
  group.append(...message.buttons.map((one) => {
    const button = element("button", "", one.title);
    button.type = "button";
    button.dataset.choice = one.id;
    button.addEventListener("click", () => attempt(() => press(message, one.id)));
    return button;
  }));
  return group;
}

async function press(message, choice) {
  await post("/_control/replies", { handset: state.handset, choice, replied_to: message.provider_id });
  await refreshMessages();
  await refreshHandsets();
}

function markPressed(messages) {
  const pressed = new Map(messages.filter((one) => one.choice).map((one) => [one.replied_to, one.choice]));
  for (const message of messages) {
    if (!pressed.has(message.provider_id)) continue;
    for (const button of byId("messages").querySelectorAll(`li[data-id="${message.id}"] .choices button`)) {
      button.setAttribute("aria-pressed", String(button.dataset.choice === pressed.get(message.provider_id)));
    }
  }
}

function tellAbout(place, message) {
  const ticks = CHATS[message.channel] && !message.incoming ? TICKS[message.status] : "";
  if (place.dataset.told === message.status + message.error_code) return;
  place.dataset.told = message.status + message.error_code;
  place.replaceChildren(about(message));
  if (!ticks) return;
  const mark = element("span", `ticks ${message.status}`, ` ${ticks}`);
  mark.setAttribute("aria-hidden", "true");
  place.append(mark);
}

function htmlFrame(message) {
  const frame = element("iframe");
  frame.setAttribute("sandbox", "");
  frame.title = "The email as its reader sees it";
  frame.src = `/_control/messages/${message.id}/html`;
  return frame;
}

function textPart(message) {
  const part = element("details", "part");
  part.append(element("summary", "", "As text"), element("p", "body", message.body));
  return part;
}

function about(message) {
  const time = new Date(message.created_at * 1000).toLocaleTimeString();
  const code = message.error_code ? ` (${message.error_code})` : "";
  return message.incoming
    ? `to ${withoutChannel(message.sender)}, ${time}${code ? `, the application did not take it${code}` : ""}`
    : `from ${withoutChannel(message.sender)}, ${time}, ${message.channel === "voice" ? "call " : ""}${message.status}${code}`;
}

function offerSenders(messages) {
  const senders = [...new Set(messages.map((message) => message.sender).reverse())];
  if (JSON.stringify(senders) === JSON.stringify(state.senders)) return;
  state.senders = senders;
  byId("sender").replaceChildren(...senders.map((sender) => element("option", "", sender)));
}

async function reply(body) {
  await post("/_control/replies", { handset: state.handset, sender: byId("sender").value, body });
  await refreshMessages();
  await refreshHandsets();
}

async function attempt(work) {
  try {
    await work();
    byId("problem").textContent = "";
  } catch (error) {
    byId("problem").textContent = `Not done: ${error.message}`;
  }
}

function turnPage(step) {
  state.page += step;
  return attempt(refreshHandsets);
}

function moveFocus(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const buttons = handsetButtons();
  const next = buttons[buttons.indexOf(document.activeElement) + step];
  if (next) next.focus();
  else if (step < 0) byId("search").focus();
  event.preventDefault();
}

function start() {
  byId("search").addEventListener("input", (event) => {
    state.search = event.target.value.trim();
    state.page = 0;
    attempt(refreshHandsets);
  });
  byId("newer").addEventListener("click", () => turnPage(-1));
  byId("older").addEventListener("click", () => turnPage(1));
  document.querySelector("nav").addEventListener("keydown", moveFocus);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, textarea, select")) return;
    byId("search").focus();
    event.preventDefault();
  });
  byId("body").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    byId("reply").requestSubmit();
    event.preventDefault();
  });
  byId("reply").addEventListener("submit", (event) => {
    event.preventDefault();
    const body = byId("body").value;
    attempt(() => reply(body).then(() => { byId("body").value = ""; }));
  });
  byId("stop").addEventListener("click", () => attempt(() => reply("STOP")));
  attempt(async () => {
    const { outcomes } = await get("/_control/outcomes");
    byId("outcomes").append(...outcomes.map((outcome) => {
      const row = element("tr");
      row.append(...[`…${outcome.digits}`, `${outcome.mailbox}@`, outcome.meaning].map((text) => element("td", "", text)));
      return row;
    }));
  });
  poll();
}

async function poll() {
  try {
    await refreshHandsets();
    await refreshMessages();
  } catch {
    byId("counts").textContent = "The simulators do not answer; trying again.";
  }
  setTimeout(poll, POLL_MILLISECONDS);
}

start();
