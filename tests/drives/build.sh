#!/bin/sh
# Assembles the master boot record of the hard-disk tests. Needs nasm.
set -e
cd "$(dirname "$0")"
nasm -f bin -Werror -o mbr.bin mbr.asm
