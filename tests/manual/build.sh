#!/bin/sh
# Assembles the disks of processor checks. Needs nasm.
set -e
cd "$(dirname "$0")"
for f in *.asm; do
	nasm -f bin -Werror -o "${f%.asm}.bin" "$f"
done
