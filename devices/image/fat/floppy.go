package fat

// floppy is how DOS formats a disk (MS-DOS FORMAT and the BPBs that MSDOS.SYS
// has for drives; the media descriptors of the overview, "Boot Sector and BPB").
// 640K, 800K, 1.6M, 1.68M and 1.72M are what formatters of that time make of
// disks that DOS reads but does not format; Microsoft's own 1.68M disks (DMF)
// have 2 KB clusters and room for 16 entries only, for its installation files.
type floppy struct {
	tracks, heads, sectors int
	media                  uint8
	cluster                int // sectors
	root                   int // entries
}

func floppies() []floppy {
	return []floppy{
		{40, 1, 8, 0xfe, 1, 64},   // 160K
		{40, 1, 9, 0xfc, 1, 64},   // 180K
		{40, 2, 8, 0xff, 2, 112},  // 320K
		{40, 2, 9, 0xfd, 2, 112},  // 360K
		{80, 2, 8, 0xfb, 2, 112},  // 640K
		{80, 2, 9, 0xf9, 2, 112},  // 720K
		{80, 2, 10, 0xf9, 2, 112}, // 800K
		{80, 2, 15, 0xf9, 1, 224}, // 1.2M
		{80, 2, 18, 0xf0, 1, 224}, // 1.44M
		{80, 2, 20, 0xf0, 1, 224}, // 1.6M
		{80, 2, 21, 0xf0, 1, 224}, // 1.68M
		{82, 2, 21, 0xf0, 1, 224}, // 1.72M
		{80, 2, 36, 0xf0, 2, 240}, // 2.88M
	}
}

func (f floppy) total() int { return f.tracks * f.heads * f.sectors }

func floppyBySize(size int64) (floppy, bool) {
	for _, f := range floppies() {
		if int64(f.total())*blockSize == size {
			return f, true
		}
	}
	return floppy{}, false
}

func (f floppy) bpb() bpb {
	b := bpb{
		SectorSize: blockSize, Cluster: f.cluster, Reserved: 1, FATs: 2, RootEntries: f.root,
		Total: uint64(f.total()), Media: f.media, Track: f.sectors, Heads: f.heads, ActiveFAT: -1, Bits: 12,
	}
	b.sizeTables()
	return b
}

// sizeTables gives the tables as many sectors as the clusters need that are left
// beside them.
func (b *bpb) sizeTables() {
	for b.FATSectors = 1; ; {
		n := uint64(0)
		if b.Total > b.dataStart() {
			n = (b.Total - b.dataStart()) / uint64(b.Cluster)
		}
		bytes := ((n+2)*uint64(b.Bits) + 7) / 8
		need := (bytes + uint64(b.SectorSize) - 1) / uint64(b.SectorSize)
		if need <= b.FATSectors {
			return
		}
		b.FATSectors++ // not need: each sector more leaves fewer clusters
	}
}
