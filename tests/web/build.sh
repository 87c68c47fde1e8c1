#!/bin/sh
# Assembles the disk that shows what its mouse does. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -o mouse.bin mouse.asm
