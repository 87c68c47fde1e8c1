// Package demo builds the demo disk: a bootable floppy that shows what machine it
// runs on and gives a prompt with a few commands.
//
// The sources are the assembly files beside this one (demo.asm is the main file);
// build.sh turns them into demo.img, the image that the firmware package embeds: a
// 160 KB floppy (one side, 40 tracks of 8 sectors) with a FAT12 volume. The boot
// sector loads the file BEIGE.SYS, which lies in one piece from the first cluster on.
//
// Sources: Microsoft Extensible Firmware Initiative FAT32 File System Specification
// 1.03, sections 3 to 6 (boot sector, FAT12 entries, directory entries).
package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The volume, as the boot sector of demo.asm describes it.
const (
	Size       = 160 << 10 // bytes
	sector     = 512
	fatStart   = 1 // sector of the first FAT
	fats       = 2 // of one sector each
	rootStart  = fatStart + fats
	rootSecs   = 4
	dataStart  = rootStart + rootSecs // sector of cluster 2; a cluster is one sector
	dirEntry   = 32
	firstClust = 2
	media      = 0xfe
	endOfChain = 0xfff
)

// Attributes of a directory entry.
const (
	attrReadOnly uint8 = 1 << 0
	attrVolume   uint8 = 1 << 3
	attrArchive  uint8 = 1 << 5
)

const entryDate = 1<<5 | 1 // 1 January 1980, the first day that FAT knows

const readme = "This is the demo disk of beige, a whole PC in one file.\r\n" +
	"It boots without an operating system; BEIGE.SYS is the program.\r\n"

// Image makes the disk image from the assembled program: its first 512 bytes become
// the boot sector, the rest BEIGE.SYS. The error says what is wrong with the program.
func Image(program []byte) ([]byte, error) {
	if len(program) <= sector || !bytes.Equal(program[510:512], []byte{0x55, 0xaa}) {
		return nil, fmt.Errorf("the program has no boot sector in front")
	}
	bpb := program[:sector]
	if binary.LittleEndian.Uint16(bpb[19:]) != Size/sector || bpb[21] != media || bpb[16] != fats ||
		binary.LittleEndian.Uint16(bpb[17:]) != rootSecs*sector/dirEntry {
		return nil, fmt.Errorf("the boot sector describes another volume")
	}
	v := volume{data: make([]byte, Size), next: firstClust}
	copy(v.data, bpb)
	v.setFAT(0, 0xf00|media)
	v.setFAT(1, endOfChain)
	v.addEntry("BEIGE DEMO ", attrVolume, 0, 0)
	if err := v.addFile("BEIGE   SYS", attrReadOnly, program[sector:]); err != nil {
		return nil, err
	}
	if err := v.addFile("README  TXT", attrArchive, []byte(readme)); err != nil {
		return nil, err
	}
	return v.data, nil
}

type volume struct {
	data    []byte
	entries int
	next    int // first free cluster
}

// setFAT sets the 12-bit entry of a cluster in both FATs.
func (v *volume) setFAT(cluster, value int) {
	for f := range fats {
		p := v.data[(fatStart+f)*sector+cluster*3/2:]
		if cluster&1 == 0 {
			p[0] = byte(value)
			p[1] = p[1]&0xf0 | byte(value>>8)
		} else {
			p[0] = p[0]&0x0f | byte(value<<4)
			p[1] = byte(value >> 4)
		}
	}
}

func (v *volume) addEntry(name string, attr uint8, cluster, size int) {
	p := v.data[rootStart*sector+v.entries*dirEntry:]
	copy(p[:11], name)
	p[11] = attr
	binary.LittleEndian.PutUint16(p[24:], entryDate)
	binary.LittleEndian.PutUint16(p[26:], uint16(cluster))
	binary.LittleEndian.PutUint32(p[28:], uint32(size))
	v.entries++
}

func (v *volume) addFile(name string, attr uint8, content []byte) error {
	start := (dataStart + v.next - firstClust) * sector
	clusters := (len(content) + sector - 1) / sector
	if start+len(content) > Size {
		return fmt.Errorf("%s does not fit on the disk", name)
	}
	copy(v.data[start:], content)
	v.addEntry(name, attr, v.next, len(content))
	for i := range clusters {
		if i == clusters-1 {
			v.setFAT(v.next, endOfChain)
		} else {
			v.setFAT(v.next, v.next+1)
		}
		v.next++
	}
	return nil
}
