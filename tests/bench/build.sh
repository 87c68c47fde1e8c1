#!/bin/sh
# Assembles the guest benchmark programs; needs nasm.
set -e
cd "$(dirname "$0")"
for f in *.asm; do
	nasm -w+error -f bin -o "images/${f%.asm}.bin" "$f"
done
