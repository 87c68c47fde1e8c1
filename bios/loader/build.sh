#!/bin/sh
# Assembles the loader ROM into loader.bin. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -o loader.bin loader.asm
