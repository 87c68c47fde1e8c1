#!/bin/sh
# Assembles the system BIOS into system.bin. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -I ../font/ -o system.bin system.asm
