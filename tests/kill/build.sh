#!/bin/sh
# Assembles the guest of the kill tests. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -o records.bin records.asm
