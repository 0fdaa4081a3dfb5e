// The telephone without full loads: its forms are sent from here and the parts that changed are
// exchanged; keys type at once, a call counts its seconds, and what arrives appears by itself.

const stage = document.getElementById("stage");
const find = (selector, root = stage) => root.querySelector(selector);
const LOOK_EVERY_MS = 4000;

stage.classList.add("scripted");
let busy = false;
let begun = performance.now();

// Forms -------------------------------------------------------------------------------------------

stage.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  event.stopPropagation();
  if (!busy) send(form, event.submitter);
});

async function send(form, pressed) {
  busy = true;
  const body = new URLSearchParams(new FormData(form, pressed));
  try {
    const fresh = await page(form.action, { method: "POST", body });
    exchange(fresh, [form.closest("[data-part]").dataset.part, "fault", ...quiet()]);
  } catch {
    location.reload();
  } finally {
    busy = false;
  }
}

async function page(address, options) {
  const response = await fetch(address, options);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

// What nobody is in the middle of using; the telephone's screen only while nothing goes on in it.
function quiet() {
  return ["network", "inbox", "clock", ...(find(".idle") ? ["view"] : [])];
}

function exchange(fresh, names) {
  const known = newest();
  const focused = focus();
  for (const old of stage.querySelectorAll("[data-part]")) {
    const name = old.dataset.part;
    const part = fresh.querySelector(`[data-part="${name}"]`);
    if (!part || !names.includes(name) || part.isEqualNode(old)) continue;
    const top = old.scrollTop;
    old.replaceWith(part);
    part.scrollTop = top;
    if (name === "handset") begun = performance.now();
  }
  if (newest() !== known) ring(known);
  focused();
}

// What had the focus has it again, or what stands in its place. -----------------------------------

const FIELDS = "input:not([type=hidden]), select, button, ol";

function focus() {
  const held = document.activeElement;
  const part = held.closest("[data-part]")?.dataset.part;
  if (!part) return () => {};
  const fields = () => [...stage.querySelectorAll(`[data-part="${part}"] :is(${FIELDS})`)];
  const place = fields().indexOf(held);
  const caret = held.type === "text" ? held.selectionEnd : null;
  return () => {
    if (held.isConnected) return;
    const same = held.id ? document.getElementById(held.id) : fields()[place];
    const found = same && !same.disabled ? same : find(".key.no");
    found.focus({ preventScroll: true });
    if (caret !== null && found === same) found.setSelectionRange(caret, caret);
  };
}

// Keys --------------------------------------------------------------------------------------------

stage.addEventListener("click", (event) => {
  const key = event.target.closest(".key");
  const typed = find("#typed");
  if (!key || !typed || ["call", "end"].includes(key.value)) return;
  event.preventDefault();
  navigator.vibrate?.(8);
  if (key.value === "back") typed.value = typed.value.slice(0, -1);
  else if (typed.value.length < typed.maxLength) typed.value += key.value;
  typed.scrollLeft = typed.scrollWidth;
});

// A key that is pressed with a mouse does not keep the focus: Enter then sends.
stage.addEventListener("mousedown", (event) => event.target.closest(".key") && event.preventDefault());

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select") || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
  const value = { Backspace: "back", Escape: "end", Enter: "call" }[event.key] ?? event.key;
  const key = /^([0-9*#]|back|end|call)$/.test(value) && find(`.key[value="${CSS.escape(value)}"]`);
  if (!key || key.disabled) return;
  event.preventDefault();
  key.classList.add("down");
  setTimeout(() => key.classList.remove("down"), 120);
  key.click();
});

// Time and messages -------------------------------------------------------------------------------

setInterval(() => {
  const timer = find("[data-timer]");
  if (!timer) return;
  const seconds = Math.floor((performance.now() - begun) / 1000);
  timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}, 250);

setInterval(async () => {
  if (document.hidden || busy) return;
  const line = find("input[name=line]").value;
  try {
    const fresh = await page(`/phone?line=${encodeURIComponent(line)}`);
    if (!busy) exchange(fresh, quiet());
  } catch {
    // The next look may find the network again.
  }
}, LOOK_EVERY_MS);

function newest() {
  return find("[data-sms]")?.dataset.sms ?? "";
}

function ring(known) {
  for (const message of stage.querySelectorAll("[data-sms]")) {
    if (message.dataset.sms === known) break;
    message.classList.add("fresh");
  }
  const handset = find(".handset");
  handset.classList.add("buzz");
  setTimeout(() => handset.classList.remove("buzz"), 400);
}

find("#who-line").addEventListener("change", (event) => event.target.form.submit());
