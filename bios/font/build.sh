#!/bin/sh
# Writes 8x8.bin, 8x14.bin and 8x16.bin from the drawn fonts.
set -e
cd "$(dirname "$0")"
go run ./mkfont .
