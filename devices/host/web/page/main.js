// The page: one machine, its screen, its serial ports, its disks.

import { Screen } from "./screen.js";
import { Link, commands } from "./link.js";
import { Keyboard } from "./keyboard.js";
import { Pointer } from "./pointer.js";
import { Terminal } from "./terminal.js";
import { Disks } from "./disks.js";

const get = id => document.getElementById(id);
const root = document.documentElement;
const canvas = get("screen");
const phone = matchMedia("(pointer: coarse), (max-width: 700px)");

let status = { state: "connecting" };
let over = false; // the machine has ended

const screen = new Screen(canvas, get("stage"));
const terminals = new Map(); // by unit

const link = new Link({
	onOpen() {
		over = false;
		for (const t of terminals.values()) t.reset(t.cols, t.rows); // all of it comes again
	},
	onLost() {
		keyboard.release();
		state(over ? "off" : "lost");
	},
	onStatus(s) { show(s); },
	onPicture: buffer => screen.show(buffer),
	onSerial(unit, bytes) { terminal(unit).write(bytes); },
});

const keyboard = new Keyboard(link, {
	canvas, bar: get("bar"), typing: get("typing"), button: get("type"),
	active: forMachine, typed,
});
const pointer = new Pointer(link, canvas, { hint: get("hint") });
const disks = new Disks({
	dialog: get("disk-dialog"), drives: get("drives"), shelf: get("shelf"), title: get("shelf-title"), file: get("file"), notice, ask,
});

// shownTerminal is the one that is looked at in place of the screen.
function shownTerminal() {
	return [...terminals.values()].find(t => !t.element.hidden);
}

// typed takes characters that are no keys, for what is looked at.
function typed(text) {
	const t = shownTerminal();
	if (t) t.reply(text.replace(/\r?\n/g, "\r").replaceAll("\b", "\x7f"));
	else link.type(text);
}

// forMachine reports whether keys are for the machine: not while something else has
// the focus, unless that is a button, which was clicked: Tab is the machine's.
function forMachine() {
	const focus = document.activeElement;
	return !canvas.hidden && !document.querySelector("dialog[open]") &&
		([null, canvas, get("typing"), document.body].includes(focus) || focus.tagName === "BUTTON");
}

let noticeTimer;
function notice(text, bad = false) {
	const line = get("notice");
	line.textContent = text;
	line.className = bad ? "bad" : "";
	line.hidden = false;
	line.hidePopover?.(); // and shown again it is above a dialogue
	line.showPopover?.();
	clearTimeout(noticeTimer);
	noticeTimer = setTimeout(hush, bad ? 8000 : 4000);
}

function hush() {
	get("notice").hidePopover?.();
	get("notice").hidden = true;
}

function ask(question, yes) {
	const dialog = get("ask-dialog");
	get("ask-text").textContent = question;
	get("ask-yes").textContent = yes;
	dialog.returnValue = "";
	dialog.showModal();
	return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

// state shows what the machine is doing, and hides the screen where it is not
// running.
function state(now, why = "") {
	root.dataset.state = now;
	const words = { running: "running", paused: "paused", off: "off", lost: "no connection", connecting: "connecting" };
	get("state").textContent = words[now];
	const veil = { paused: "Paused", off: "The machine is off" + (why ? ": " + why : ""), lost: "The connection is lost; trying again…" }[now];
	get("veil").hidden = !veil;
	get("veil-text").textContent = veil ?? "";
	get("veil-button").hidden = now !== "paused";
	const pause = get("pause"), paused = now === "paused";
	pause.title = paused ? "Go on" : "Pause";
	pause.querySelector("use").setAttribute("href", paused ? "#i-play" : "#i-pause");
	pause.querySelector("span").textContent = pause.title;
}

function show(s) {
	const before = status;
	status = s;
	if (s.state !== root.dataset.state || s.state === "off") state(s.state, s.why);
	if (s.state === "off") {
		over = true;
		return;
	}
	const seconds = s.time, two = n => String(n).padStart(2, "0");
	get("clock").textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
	get("speed").textContent = s.state === "paused" ? "" : s.speed ? `${s.speed} %` : "";
	get("mode").textContent = s.mode;
	if (String(s.leds) !== String(before.leds)) {
		get("leds").replaceChildren(...["Num", "Caps", "Scroll"].map((name, i) => span(`led${s.leds[i] ? " on" : ""}`, name)));
	}
	lights(s.drives ?? []);
	disks.update(s.drives, s.images);
	pointer.listens(s.mouse, s.points);
	get("layout").textContent = s.layout;
	if (s.typing) notice(`Typing: ${s.typing} characters to come; any key ends it`);
	else if (before.typing) hush();
	if (String(s.serial) !== String(before.serial)) for (const unit of s.serial ?? []) terminal(unit);
}

function lights(drives) {
	const place = get("lights"), shown = drives.filter(d => d.kind !== "floppy" || d.image || d.unit === 0);
	if (place.childElementCount !== shown.length) place.replaceChildren(...shown.map(d => span("light " + d.kind, d.short ?? d.name)));
	shown.forEach((d, i) => {
		place.children[i].classList.toggle("on", Boolean(d.light));
		place.children[i].title = d.image ? `${d.name}: ${d.image}` : `${d.name} is empty`;
	});
}

function span(className, text) {
	const s = document.createElement("span");
	s.className = className;
	s.textContent = text;
	return s;
}

// terminal is the one of a serial port, with its tab.
function terminal(unit) {
	if (terminals.has(unit)) return terminals.get(unit);
	const t = new Terminal(bytes => link.serial(unit, bytes));
	terminals.set(unit, t);
	t.element.hidden = true;
	get("serial").append(t.element);
	const tab = document.createElement("button");
	tab.type = "button";
	tab.setAttribute("role", "tab");
	tab.setAttribute("aria-selected", "false");
	tab.textContent = `COM${unit + 1}`;
	tab.addEventListener("click", () => choose(tab, t));
	get("tabs").append(tab);
	get("tabs").hidden = false;
	return t;
}

function choose(tab, t) {
	for (const other of get("tabs").children) other.setAttribute("aria-selected", String(other === tab));
	canvas.hidden = Boolean(t);
	root.dataset.tab = t ? "serial" : "screen";
	get("serial").hidden = !t;
	for (const other of terminals.values()) other.element.hidden = other !== t;
	keyboard.release();
	if (t) {
		t.element.scrollTop = t.element.scrollHeight;
		t.element.focus();
	} else canvas.focus();
}
get("tab-screen").addEventListener("click", () => choose(get("tab-screen"), null));

function tool(id, action) {
	get(id).addEventListener("click", async () => {
		await action();
		if (!document.querySelector("dialog[open]") && !canvas.hidden && document.activeElement?.closest("header, #veil")) canvas.focus();
	});
}

const goOn = () => link.command(commands.goOn);
tool("pause", () => status.state === "paused" ? goOn() : link.command(commands.pause));
tool("veil-button", goOn);
tool("reset", async () => { if (await ask("Reset the machine? What the guest has not saved is lost.", "Reset")) link.command(commands.reset); });
tool("power", async () => { if (await ask("Press the power button? A guest that does not shut down by it goes off at once.", "Press it")) link.command(commands.power); });
tool("disks", () => get("disk-dialog").showModal());
tool("paste", () => { get("paste-dialog").showModal(); get("paste-text").select(); });
tool("shot", () => {
	const a = document.createElement("a");
	a.href = "screenshot.png";
	a.download = `beige-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}.png`;
	a.click();
});
tool("shape", () => {
	screen.square = !screen.square;
	get("shape").setAttribute("aria-pressed", String(screen.square));
	screen.fit();
});
tool("full", async () => {
	if (document.fullscreenElement) await document.exitFullscreen();
	else {
		try {
			await root.requestFullscreen();
			await navigator.keyboard?.lock?.(); // Esc, Alt+Tab and Ctrl+W are the machine's then
		} catch { notice("This browser has no full screen.", true); }
	}
});
tool("keys", () => bar(get("bar").hidden));
function bar(on) {
	get("bar").hidden = !on;
	get("keys").setAttribute("aria-pressed", String(on));
}
bar(phone.matches);

get("paste-go").addEventListener("click", () => {
	const text = get("paste-text").value, t = shownTerminal();
	get("paste-dialog").close();
	if (t) {
		typed(text);
		return;
	}
	const rest = link.paste(text);
	if (rest) notice("The text is longer than 64 KB: its beginning is being typed.", true);
});
for (const dialog of document.querySelectorAll("dialog")) {
	dialog.addEventListener("close", () => {
		if (document.activeElement !== get("typing")) (shownTerminal()?.element ?? canvas).focus();
	});
	dialog.addEventListener("click", e => {
		if (e.target !== dialog && !e.target.matches(".close")) return;
		e.preventDefault();
		dialog.close();
	});
}
// A phone's keyboard takes a part of the window.
visualViewport?.addEventListener("resize", () => {
	document.body.style.height = visualViewport.height < innerHeight - 50 ? visualViewport.height + "px" : "";
});
canvas.focus();
state("connecting");
