#!/bin/sh
# Assembles the graphics test disk. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -I ../bios/ -o graphics.bin graphics.asm
