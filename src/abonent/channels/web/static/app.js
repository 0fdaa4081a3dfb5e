// Small comforts. Every page does all that it is for without this file.

const find = (selector, root = document) => root.querySelector(selector);
const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
const sheet = find("#sheet");
const here = () => location.pathname + location.search;
let shown = here();

// Asking for an operation opens its quote above the page instead of a new page. ------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return event.defaultPrevented || live(event, form);
  if (form.dataset.busy) return event.preventDefault();
  form.dataset.busy = "1";
  find("button:not([type=button])", form)?.setAttribute("aria-disabled", "true");
  const path = new URL(form.action).pathname;
  if (form.matches("[data-theme-form]")) wear(event, form);
  else if (sheet && /^\/(do|proposals)\//.test(path)) {
    event.preventDefault();
    ask(form, event.submitter);
  }
});

addEventListener("pageshow", () => each("form[data-busy]", free));

function free(form) {
  delete form.dataset.busy;
  find("[aria-disabled]", form)?.removeAttribute("aria-disabled");
}

async function ask(form, pressed) {
  try {
    const body = new URLSearchParams(new FormData(form, pressed));
    body.delete("key"); // The page lives on, and what was refused may be asked for again.
    await show(await fetch(form.action, { method: "POST", body }));
    free(form);
  } catch {
    form.submit();
  }
}

async function show(response) {
  touch();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.body.className !== document.body.className) return location.assign(response.url);
  const piece = find("main [data-sheet]", page);
  if (piece && sheet) return open(piece);
  sheet?.close();
  swap(page);
  if (response.redirected) history.replaceState(null, "", response.url);
  shown = here();
}

function open(piece) {
  sheet.dataset.done = piece.dataset.sheet === "receipt" ? "1" : "";
  sheet.replaceChildren(piece);
  if (!sheet.open) sheet.showModal();
  const title = find("h1", piece);
  title.tabIndex = -1;
  title.focus();
  dress(sheet);
}

function swap(page) {
  document.title = page.title;
  find("main").replaceWith(find("main", page));
  dress(find("main"));
  (find("[aria-invalid]") ?? find("main")).focus({ preventScroll: !find("[aria-invalid]") });
}

sheet?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dismiss]");
  if (!link && event.target !== sheet) return;
  if (!sheet.dataset.done) event.preventDefault();
  if (!sheet.dataset.done || !link) return sheet.close();
  if (link.pathname + link.search !== here()) return;
  event.preventDefault();
  history.replaceState(null, "", link.href);
  location.reload();
});
sheet?.addEventListener("close", () => {
  if (sheet.dataset.done) location.reload();
});

// A period is shown as soon as it is chosen. ------------------------------------------------------

function live(event, form) {
  if (!form.closest("[data-live]")) return;
  event.preventDefault();
  go(`${form.action}?${new URLSearchParams(new FormData(form))}`);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-live] a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-live] form");
  const dates = form && [...form.querySelectorAll("input[type=date]")];
  if (dates?.every((field) => field.value) && form.checkValidity()) form.requestSubmit();
});

let asked;
async function go(address) {
  asked?.abort();
  asked = new AbortController();
  try {
    const response = await fetch(address, { signal: asked.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.redirected) return location.assign(response.url);
    const focused = document.activeElement?.id;
    history.pushState(null, "", address);
    shown = here();
    swap(page);
    touch();
    if (focused) document.getElementById(focused)?.focus();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}
// A jump within the page is told in the same way as going back.
addEventListener("popstate", () => here() !== shown && location.reload());

// A bar of a chart says its numbers to a finger or a pointer. -------------------------------------

function point(event) {
  const chart = event.target.closest?.(".chart");
  if (!chart) return;
  const bar = event.target.closest("g[data-says]");
  each("g.on", (other) => other.classList.remove("on"), chart);
  bar?.classList.add("on");
  if (bar) find(".readout", chart.closest("figure")).textContent = bar.dataset.says;
}
document.addEventListener("pointerover", point);
document.addEventListener("pointerdown", point);

// Menus that open close again; passwords can be looked at; a resend waits. ------------------------

document.addEventListener("click", (event) => {
  each("details.pick[open]", (menu) => menu.contains(event.target) || (menu.open = false));
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && find("details.pick[open]");
  if (!menu) return;
  menu.open = false;
  find("summary", menu).focus();
});

function dress(root) {
  each("[data-peek]", peek, root);
  each("[data-wait]", wait, root);
  each("[data-hint]", (words) => (words.textContent += ` ${words.dataset.hint}`), root);
}

function peek(field) {
  const [shown, hidden] = field.dataset.peek.split("|");
  const input = find("input", field);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "peek";
  button.textContent = shown;
  button.setAttribute("aria-controls", input.id);
  button.onclick = () => {
    input.type = input.type === "password" ? "text" : "password";
    button.textContent = input.type === "password" ? shown : hidden;
  };
  find("input", field).after(button);
  input.form?.addEventListener("submit", () => (input.type = "password"));
}

function wait(button) {
  const until = Date.now() + Number(button.dataset.wait) * 1000;
  const words = button.textContent;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${words} · ${left}` : words;
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}

function wear(event, form) {
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  each("button", (button) => button.setAttribute("aria-pressed", button.value === theme), form);
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
  free(form);
}

// Before the server ends an idle session the page asks; use in one tab counts for all. -----------

const { idle, warn } = document.body.dataset;
const asking = find("#idle");
let seen = Date.now();
let told = seen;
let watching;

function touch() {
  seen = told = Date.now();
  try {
    localStorage.setItem("seen", String(seen));
  } catch {
    // Without storage each tab minds itself.
  }
}

function active() {
  if (asking.open) return;
  seen = Date.now();
  if (seen - told > 60_000) stay();
}

async function stay() {
  told = Date.now();
  const response = await fetch("/more", { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (response?.redirected) return location.reload();
  if (response?.ok) touch();
}

async function leave() {
  clearInterval(watching);
  const form = find("form[action='/logout']", asking);
  const body = new URLSearchParams(new FormData(form));
  await fetch(form.action, { method: "POST", body }).catch(() => null);
  location.assign("/logged-out?why=idle");
}

function watch() {
  const left = Math.ceil(Number(idle) - (Date.now() - told) / 1000);
  if (left <= 0) return leave();
  find("[data-left]", asking).textContent = left;
  if (left <= Number(warn) && !asking.open) asking.showModal();
  if (left > Number(warn) && asking.open) asking.close();
}

if (asking) {
  touch();
  each("[data-stay]", (button) => (button.onclick = stay), asking);
  asking.addEventListener("cancel", stay);
  addEventListener("storage", (event) => {
    if (event.key === "seen") seen = told = Number(event.newValue) || told;
  });
  for (const kind of ["keydown", "pointerdown", "scroll"]) {
    addEventListener(kind, active, { passive: true });
  }
  watching = setInterval(watch, 1000);
}

const onward = find("[data-onward]");
if (onward) setTimeout(() => location.assign(onward.dataset.onward), 8000);

dress(document);
