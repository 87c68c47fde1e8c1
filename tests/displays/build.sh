#!/bin/sh
# Assembles the disk that draws. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -o draw.bin draw.asm
