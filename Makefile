# Targets: run test test-long test-linux soak conformance bench bench-linux build lint bios fuzz. Only Go is needed, except for
# "bios" (nasm) and for the QEMU column of "bench" (qemu-system-i386). "test-linux" and
# "bench-linux" boot Debian packages.

export CGO_ENABLED = 0
GO      ?= go
BIN     ?= bin/beige
IMAGE   ?=
FUZZTIME ?= 60s
# Timing wants one core to itself.
PIN     ?= $(shell command -v taskset >/dev/null 2>&1 && echo taskset -c 0)

.PHONY: run test test-long test-linux soak conformance bench bench-linux guests build lint bios fuzz clean

run:
	$(GO) run ./cmd/beige run $(IMAGE)

build:
	$(GO) build -trimpath -o $(BIN) ./cmd/beige

test:
	$(GO) test ./...

# Debian's kernel from every loader, on its disks and through every way out; wants the
# packages of bench-linux, xorriso, isolinux, grub-pc-bin and e2fsprogs for all of it.
# All tests, the long ones too: peers, every guest.
test-long: guests
	BEIGE_LONG=1 $(GO) test -count 1 -timeout 60m ./tests

test-linux: guests
	BEIGE_LONG=1 $(GO) test -count 1 -v -timeout 30m -run 'TestLinux|TestMemtest' ./tests

# A day of virtual time of a Linux guest that wakes every hour to work, twice.
soak: guests
	@$(GO) build -o bin/soak ./tests/soak
	bin/soak $(SOAKFLAGS)

# Replays every recorded instruction that is there and prints the tables.
conformance:
	@mkdir -p bin
	@BEIGE_ALL=1 $(GO) test -count 1 -v -run 'TestMOO|TestSilicon' ./tests/conformance > bin/conformance.log; status=$$?; \
	  grep -E '^        [^ ]|^ *--- (FAIL|SKIP)|^(ok|FAIL)' bin/conformance.log; exit $$status

bench:
	@$(GO) build -o bin/bench ./tests/bench
	@$(PIN) bin/bench $(BENCHFLAGS)

# Work of a Linux guest, beside QEMU's time for it. Wants the packages syslinux,
# syslinux-common, mtools and dosfstools.
bench-linux: build guests
	@$(GO) build -o bin/linuxbench ./tests/linuxbench
	@$(PIN) bin/linuxbench $(BENCHFLAGS)

# Unpacks Debian's kernel and busybox for i386 into bin/guests, where apt-get can
# have them; nothing is installed.
guests:
	@sh tests/linux/fetch.sh bin/guests

lint:
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "gofmt wants to change:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	@if command -v staticcheck >/dev/null 2>&1; then staticcheck ./...; else echo "staticcheck is not installed: skipped"; fi

# Rebuilds the ROMs, the demo disk, the fonts and the benchmark programs from their sources.
bios:
	@for f in bios/*/build.sh tests/*/build.sh; do [ -f "$$f" ] || continue; echo "$$f"; sh "$$f" || exit 1; done

# Runs every fuzz target of the project for FUZZTIME.
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg || exit 1; \
	  done; \
	done

clean:
	rm -rf bin
