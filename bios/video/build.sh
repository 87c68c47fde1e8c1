#!/bin/sh
# Assembles the monitor's EDID, the VGA BIOS and the EGA BIOS into edid.bin, video.bin and ega.bin. Needs nasm and Go.
set -e
cd "$(dirname "$0")"
../font/build.sh
code=$(mktemp)
trap 'rm -f "$code"' EXIT
nasm -f bin -Werror -o edid.bin edid.asm
for rom in video ega; do
        nasm -f bin -Werror -I ../font/ -o "$code" $rom.asm
        go run ./seal "$code" $rom.bin
done
