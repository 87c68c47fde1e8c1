// Keys: those of the keyboard by their place, those of the bar, and what a phone
// types.

const modifiers = ["ControlLeft", "AltLeft", "ShiftLeft", "MetaLeft", "AltRight"];
const isModifier = code => /^(Control|Alt|Shift|Meta|OS)(Left|Right)$/.test(code);
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

// The rows of the bar: a label and a code, or a chord of codes.
const bar = [
	[["Esc", "Escape"], ...Array.from({ length: 12 }, (_, i) => ["F" + (i + 1), "F" + (i + 1)])],
	[["Tab", "Tab"], ["Ctrl", "ControlLeft"], ["Alt", "AltLeft"], ["Shift", "ShiftLeft"], ["Win", "MetaLeft"], ["AltGr", "AltRight"], ["Menu", "ContextMenu"],
		["←", "ArrowLeft"], ["↑", "ArrowUp"], ["↓", "ArrowDown"], ["→", "ArrowRight"]],
	[["Ins", "Insert"], ["Del", "Delete"], ["Home", "Home"], ["End", "End"], ["PgUp", "PageUp"], ["PgDn", "PageDown"], ["PrtSc", "PrintScreen"], ["Pause", "Pause"]],
	[["Ctrl+Alt+Del", "ControlLeft+AltLeft+Delete"], ["Alt+Tab", "AltLeft+Tab"], ["Ctrl+W", "ControlLeft+KeyW"], ["Ctrl+C", "ControlLeft+KeyC"], ["Alt+F4", "AltLeft+F4"], ["Ctrl+Esc", "ControlLeft+Escape"]],
];

// What a field for a phone has in it, so that there is something to delete.
const filler = "        ";

export class Keyboard {
	constructor(link, { canvas, bar: place, typing, button, active, typed }) {
		this.link = link;
		this.typed = typed; // takes characters
		this.active = active; // whether keys are for the machine
		this.held = new Map(); // code: when it went down
		this.sticky = new Map(); // code: the button, of modifiers of the bar
		this.typing = typing;
		this.canvas = canvas;
		document.addEventListener("keydown", e => this.down(e), true);
		document.addEventListener("keyup", e => this.up(e), true);
		document.addEventListener("paste", e => {
			if (!this.active()) return;
			const text = e.clipboardData.getData("text");
			if (text) this.link.paste(text);
			e.preventDefault();
		});
		window.addEventListener("blur", () => this.release());
		document.addEventListener("visibilitychange", () => { if (document.hidden) this.release(); });
		this.build(place);
		this.phone(button);
	}

	press(code) {
		this.held.set(code, performance.now());
		this.link.key(code, true);
	}

	lift(code) {
		if (this.held.delete(code)) this.link.key(code, false);
	}

	// release lets go of everything: the page does not see any more what happens to
	// the keys.
	release() {
		this.held.clear();
		for (const button of this.sticky.values()) button.className = "";
		this.sticky.clear();
		this.link.release();
	}

	down(e) {
		if (!e.code || e.code === "Unidentified" || e.isComposing) return;
		if (e.target === this.typing && ["Enter", "Backspace"].includes(e.code)) { // in order with the characters
			e.preventDefault();
			this.type(e.code === "Enter" ? "\n" : "\b");
			return;
		}
		if (!this.active()) return;
		if (e.target === this.typing && (e.key.length === 1 || e.key === "Process" || e.key === "Dead")) return; // "input" has it
		e.preventDefault();
		if (e.repeat || this.held.has(e.code)) return; // the machine's keyboard repeats
		if (e.code === "CapsLock" && mac) { // there it goes down when the light goes on, up when it goes off
			this.link.chord(e.code);
			return;
		}
		const ctrl = this.held.get("ControlLeft");
		if (e.code === "AltRight" && e.getModifierState("AltGraph") && performance.now() - ctrl < 20) {
			this.lift("ControlLeft"); // Windows says Ctrl+Alt where AltGr was pressed
		}
		this.press(e.code);
		if (!isModifier(e.code)) this.unstick();
	}

	up(e) {
		if (!e.code) return;
		if (this.held.has(e.code)) {
			e.preventDefault();
			this.lift(e.code);
			if (e.code.startsWith("Meta")) { // macOS tells nothing of keys that went up meanwhile
				for (const code of [...this.held.keys()]) if (!isModifier(code)) this.lift(code);
			}
		} else if (this.active() && (e.code === "PrintScreen" || e.code === "CapsLock" && mac)) {
			this.link.chord(e.code); // some systems tell only that it went up
		}
	}

	build(place) {
		for (const row of bar) {
			const line = document.createElement("div");
			for (const [label, code] of row) {
				const button = document.createElement("button");
				button.type = "button";
				button.textContent = label;
				button.dataset.code = code;
				button.tabIndex = -1;
				this.barKey(button, code);
				line.append(button);
			}
			place.append(line);
		}
	}

	barKey(button, code) {
		const end = () => {
			button.classList.remove("down");
			if (this.held.has(code)) {
				this.lift(code);
				this.unstick();
			}
		};
		button.addEventListener("pointerdown", e => {
			e.preventDefault(); // the focus stays where it is, and with it a phone's keyboard
			if (modifiers.includes(code)) {
				this.stick(button, code);
			} else if (code.includes("+")) {
				this.link.chord(code);
			} else {
				button.classList.add("down");
				if (!e.isTrusted) { // no pointer to capture
					this.press(code);
					return;
				}
				button.setPointerCapture(e.pointerId);
				this.press(code);
			}
		});
		for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(kind, end);
	}

	// stick holds a modifier for the next key; the second time for longer, the third
	// time it goes up.
	stick(button, code) {
		switch (button.className) {
		case "":
			button.className = "held";
			this.sticky.set(code, button);
			this.link.key(code, true);
			break;
		case "held":
			button.className = "locked";
			break;
		default:
			this.unhold(button, code);
		}
	}

	unhold(button, code) {
		button.className = "";
		this.sticky.delete(code);
		this.link.key(code, false);
	}

	unstick() {
		for (const [code, button] of [...this.sticky]) if (button.className === "held") this.unhold(button, code);
	}

	type(text) {
		this.typed(text);
		this.unstick();
	}

	// phone has a field that nobody sees, so that a phone shows its keyboard. What
	// happens to the text there is what is typed: suggestions and compositions may
	// replace some of it.
	phone(button) {
		const field = this.typing;
		let last = filler;
		const refill = () => { field.value = last = filler; field.setSelectionRange(filler.length, filler.length); };
		button.addEventListener("click", () => {
			if (document.activeElement === field) field.blur();
			else field.focus();
		});
		button.addEventListener("pointerdown", e => e.preventDefault());
		field.addEventListener("focus", () => { refill(); button.setAttribute("aria-pressed", "true"); });
		field.addEventListener("blur", () => button.setAttribute("aria-pressed", "false"));
		field.addEventListener("input", e => {
			const now = field.value;
			let same = 0;
			while (same < now.length && same < last.length && now[same] === last[same]) same++;
			const typed = "\b".repeat(last.length - same) + now.slice(same);
			last = now;
			if (typed) this.type(typed);
			if (!e.isComposing && (now.length < 4 || now.length > 64 || /\n$/.test(now))) refill();
		});
		field.addEventListener("compositionend", () => { if (field.value.length > 64) refill(); });
	}
}
