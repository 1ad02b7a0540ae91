// The console's script: listen for changes, fetch the page's living part and change what differs;
// count down; send forms without leaving the page. Without it the page works by plain reloads.

const live = document.getElementById("live");
const lost = document.getElementById("lost");
const toast = document.getElementById("toast");
const words = document.body.dataset;
document.getElementById("still").remove();
let ahead = 0; // How far the server's clock is ahead of this machine's, in milliseconds.
const QUIET = 10000; // The server says something more often than this, or the line is dead.
let heard = Date.now();
let fetching = false;
let again = false;

// -- the living part ------------------------------------------------------------------------

/** Make `old` equal to `fresh` and leave alone what already is: typed text, focus, open folds. */
function sync(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.hasAttribute("data-keep") || old.isEqualNode(fresh)) return;
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    const theirs = name === "open" && old.nodeName === "DETAILS";
    if (!theirs && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  const keyed = new Map();
  for (const child of old.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  const wanted = new Set();
  for (const child of fresh.children) if (child.dataset.key) wanted.add(child.dataset.key);
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const key = next.dataset?.key;
    const same = key ? keyed.get(key) : at;
    // Rather take away what is gone than move what stays: a moved field loses the cursor.
    while (key && same && at && at !== same && !wanted.has(at.dataset?.key)) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    if (same && same.nodeName === next.nodeName && same.dataset?.key === key) {
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      sync(same, next);
    } else {
      old.insertBefore(next, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  const began = Date.now();
  try {
    const from = live.dataset.from ?? "/console/live";
    const answer = await fetch(from + location.search, { cache: "no-store" });
    if (answer.status === 401) return location.assign("/console/sign-in");
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    sync(live, page.getElementById("live"));
    measure();
  } catch {
    connected(false);
  } finally {
    // In a storm of changes a slow server is asked less often.
    await new Promise((rested) => setTimeout(rested, Math.max(200, 4 * (Date.now() - began))));
    fetching = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function measure() {
  ahead = Date.parse(live.dataset.now) - Date.now();
  const open = Number(live.dataset.open);
  const signs = (Number(live.dataset.alarms) ? "⚠ " : "") + (open ? `(${open}) ` : "");
  document.title = signs + words.title;
  count();
  sound();
  latest();
}

// Messages per phone when it was last looked after: a phone that has a new one shows that one, and
// whoever scrolls back in it is left alone until then.
const counted = new WeakMap();

function latest() {
  for (const list of document.querySelectorAll(".bubbles")) {
    if (counted.get(list) === list.childElementCount) continue;
    counted.set(list, list.childElementCount);
    list.scrollTop = list.scrollHeight;
  }
}

// -- the line to the server -----------------------------------------------------------------

function connected(yes) {
  if (yes) heard = Date.now();
  lost.hidden = yes;
  document.documentElement.classList.toggle("stale", !yes);
}

const events = new EventSource("/console/events");
events.addEventListener("change", () => {
  connected(true);
  refresh();
});
events.addEventListener("tick", () => connected(true));
events.addEventListener("error", () => {
  heard = Math.min(heard, Date.now() - QUIET + 2000);
  // A refused stream is not retried by the browser: find out why, then start over.
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
});

// -- clocks ---------------------------------------------------------------------------------

const wall = new Intl.DateTimeFormat("zh-CN", {
  timeZone: words.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

function span(seconds) {
  const pad = (n) => String(n).padStart(2, "0");
  const h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60) % 60, s = seconds % 60;
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

function count() {
  const now = Date.now() + ahead;
  document.getElementById("clock").textContent = wall.format(now);
  for (const one of document.querySelectorAll("[data-at]")) {
    const left = Math.ceil((Date.parse(one.dataset.at) - now) / 1000);
    one.textContent = span(Math.abs(Math.max(left, one.dataset.past === undefined ? 0 : left)));
    one.classList.toggle("soon", left <= 60);
  }
  if (Date.now() - heard > QUIET) connected(false);
}
setInterval(count, 250);

// -- sounds ---------------------------------------------------------------------------------

// An emulated phone rings; a drill opens with three equal tones, as its call does. Browsers let a
// page sound only once somebody has used it.
const heardSounds = new Set();
let audio = null;
addEventListener("pointerdown", () => (audio ??= new AudioContext()), { once: true });

function tone(hertz, start, length) {
  const voice = audio.createOscillator(), loudness = audio.createGain();
  voice.frequency.value = hertz;
  loudness.gain.value = 0.08;
  voice.connect(loudness).connect(audio.destination);
  voice.start(audio.currentTime + start);
  voice.stop(audio.currentTime + start + length);
}

function sound() {
  for (const one of document.querySelectorAll("[data-sound]")) {
    const key = `${one.dataset.call}/${one.dataset.sound}`;
    if (heardSounds.has(key)) continue;
    heardSounds.add(key);
    if (!audio) continue;
    if (one.dataset.sound === "drill") for (const n of [0, 1, 2]) tone(852, 0.5 * n, 0.2);
    else for (const n of [0, 1, 2, 3]) tone(n % 2 ? 480 : 440, 0.25 * n, 0.22);
  }
}

// -- forms and links ------------------------------------------------------------------------

function say(text, bad) {
  toast.textContent = text;
  toast.className = bad ? "bad" : "good";
  toast.hidden = !text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.hidden = true), bad ? 12000 : 5000);
}

function once() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16)).join("");
}

function go(query) {
  // A page about one matter stays where it is.
  if (!live.dataset.from && query && query !== location.search) history.pushState(null, "", query);
  refresh();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-live")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  for (const place of form.querySelectorAll("[data-error]")) place.textContent = "";
  form.inert = true;
  try {
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body, headers: { Accept: "application/json" },
    });
    if (answer.status === 401) return location.assign("/console/sign-in");
    const told = await answer.json();
    // The same form sent twice is one transfer; once it is answered, the next needs its own key.
    if (form.elements.key) form.elements.key.value = once();
    if (answer.ok) {
      form.reset();
      form.closest("details[data-once]")?.removeAttribute("open");
      say(told.said, false);
      go(told.goto);
    } else {
      let first = null;
      for (const [name, text] of Object.entries(told.faults ?? {})) {
        const place = form.querySelector(`[data-error="${name}"]`);
        if (place) place.textContent = text;
        first ??= form.elements[name];
      }
      say(told.said ?? told.detail ?? words.unsent, true);
      form.inert = false;
      first?.focus();
    }
  } catch {
    say(words.unsent, true);
  } finally {
    form.inert = false;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) return print();
  const link = event.target.closest("a[data-pick]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(new URL(link.href).search);
  if (matchMedia("(max-width: 899px)").matches) {
    document.getElementById("detail").scrollIntoView({ behavior: "smooth" });
  }
});
addEventListener("popstate", refresh);
measure();
