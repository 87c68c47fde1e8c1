#!/bin/sh
# Assembles the disks that draw. Needs nasm.
set -e
cd "$(dirname "$0")"
for disk in draw point; do
	nasm -f bin -Werror -o $disk.bin $disk.asm
done
