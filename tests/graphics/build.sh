#!/bin/sh
# Assembles the graphics test disks. Needs nasm.
set -e
cd "$(dirname "$0")"
for disk in graphics adapters; do
        nasm -f bin -Werror -I ../bios/ -o $disk.bin $disk.asm
done
