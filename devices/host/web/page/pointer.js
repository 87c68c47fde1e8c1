// The mouse: captured on a desktop, a touch pad on a phone.

const left = 1, right = 2;
const tapTime = 250, tapWay = 8; // milliseconds, pixels
const wheelStep = 100; // pixels of scrolling to a detent

// The buttons of a MouseEvent are those of the protocol.
export class Pointer {
	constructor(link, canvas, { hint }) {
		this.link = link;
		this.canvas = canvas;
		this.hint = hint;
		this.wanted = false; // the guest listens to a mouse
		this.points = false; // it wants to know places
		this.buttons = 0;
		this.dx = this.dy = this.dz = this.wheel = 0;
		this.touches = new Map();
		canvas.addEventListener("pointerdown", e => this.down(e));
		canvas.addEventListener("pointermove", e => this.move(e));
		for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, e => this.up(e));
		canvas.addEventListener("wheel", e => this.scroll(e), { passive: false });
		canvas.addEventListener("contextmenu", e => e.preventDefault());
		document.addEventListener("pointerlockchange", () => {
			if (!this.captured()) this.press(0);
			this.tell();
		});
	}

	captured() { return document.pointerLockElement === this.canvas; }

	// listens is told whether the guest uses a mouse, and whether by its places.
	listens(on, points) {
		this.wanted = on;
		this.points = points;
		if (points && this.captured()) document.exitPointerLock();
		this.canvas.classList.toggle("mouse", on && !points && !this.captured());
		this.canvas.classList.toggle("points", points);
		this.tell();
	}

	tell() {
		this.hint.textContent = this.captured() ? "Esc gives the mouse back" : this.wanted && !this.points ? "click the screen to use the mouse" : "";
	}

	// moved adds up what happens until the next picture is drawn.
	moved(dx, dy, dz) {
		this.dx += dx;
		this.dy += dy;
		this.dz += dz;
		if (!this.waiting) {
			this.waiting = true;
			setTimeout(() => { this.waiting = false; this.flush(); }, 12);
		}
	}

	// at is told where the pointer is.
	at(e) {
		const r = this.canvas.getBoundingClientRect();
		const part = (n, size) => Math.round(65535 * Math.max(0, Math.min(1, n / size)));
		this.place = [part(e.clientX - r.left, r.width), part(e.clientY - r.top, r.height)];
		this.moved(0, 0, 0);
	}

	flush() {
		if (this.points) {
			if (this.place) this.link.point(...this.place, this.dz, this.buttons);
			this.dx = this.dy = this.dz = 0;
			return;
		}
		const dx = Math.trunc(this.dx), dy = Math.trunc(this.dy);
		if (!dx && !dy && !this.dz) return;
		this.link.mouse(dx, dy, this.dz, this.buttons);
		this.dx -= dx;
		this.dy -= dy;
		this.dz = 0;
	}

	press(buttons) {
		if (buttons === this.buttons) return;
		this.flush();
		this.buttons = buttons;
		if (this.points && this.place) this.link.point(...this.place, 0, buttons);
		else this.link.mouse(0, 0, 0, buttons);
	}

	down(e) {
		if (e.pointerType === "touch") {
			this.touch(e);
			return;
		}
		this.canvas.focus();
		if (this.points) {
			this.canvas.setPointerCapture?.(e.pointerId);
			this.at(e);
			this.press(e.buttons & 7);
		} else if (this.captured()) {
			this.press(e.buttons & 7);
		} else if (this.wanted) {
			this.canvas.requestPointerLock()?.catch?.(() => {});
		}
		e.preventDefault();
	}

	move(e) {
		if (e.pointerType === "touch") {
			this.drag(e);
		} else if (this.points) {
			this.at(e);
			this.press(e.buttons & 7);
		} else if (this.captured()) {
			this.moved(e.movementX, e.movementY, 0);
			this.press(e.buttons & 7);
		}
	}

	up(e) {
		if (e.pointerType === "touch") this.lift(e);
		else if (this.captured() || this.points) this.press(e.buttons & 7);
	}

	scroll(e) {
		e.preventDefault();
		if (!this.captured() && !this.points) return;
		this.wheel += e.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? e.deltaY : e.deltaY * wheelStep / 3;
		const steps = Math.trunc(this.wheel / wheelStep);
		this.wheel -= steps * wheelStep;
		if (steps) this.moved(0, 0, steps);
	}

	// touch: one finger moves, a tap clicks, a tap and a drag hold the button; two
	// fingers turn the wheel, a tap of two is the right button.
	touch(e) {
		e.preventDefault();
		this.canvas.setPointerCapture?.(e.pointerId);
		if (!this.touches.size) {
			this.began = performance.now();
			this.way = 0;
			this.most = 0;
			if (this.points) this.at(e);
			if (this.began - this.tapped < tapTime) {
				this.dragging = true;
				this.press(left);
			}
		}
		this.touches.set(e.pointerId, { x: e.clientX, y: e.clientY });
		this.most = Math.max(this.most, this.touches.size);
	}

	drag(e) {
		const at = this.touches.get(e.pointerId);
		if (!at) return;
		const dx = e.clientX - at.x, dy = e.clientY - at.y;
		at.x = e.clientX;
		at.y = e.clientY;
		this.way += Math.abs(dx) + Math.abs(dy);
		if (this.most > 1) {
			this.wheel -= dy / this.touches.size;
			const steps = Math.trunc(this.wheel / 24);
			this.wheel -= steps * 24;
			if (steps) this.moved(0, 0, steps);
		} else if (this.points) {
			this.at(e);
		} else if (this.way > tapWay / 2) {
			this.moved(dx * 1.5, dy * 1.5, 0);
		}
	}

	lift(e) {
		if (!this.touches.delete(e.pointerId) || this.touches.size) return;
		const now = performance.now();
		const tap = e.type === "pointerup" && now - this.began < tapTime && this.way < tapWay;
		this.tapped = 0;
		if (this.dragging) {
			this.dragging = false;
			this.press(0);
		} else if (tap) {
			this.press(this.most > 1 ? right : left);
			this.tapped = now;
			setTimeout(() => { if (!this.dragging && !this.touches.size) this.press(0); }, 60);
		}
	}
}
