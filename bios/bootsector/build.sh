#!/bin/sh
# Assembles the boot sectors of new disks. Needs nasm.
set -e
cd "$(dirname "$0")"
for name in mbr volume; do
	nasm -f bin -Werror -o $name.bin $name.asm
done
