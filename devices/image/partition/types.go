package partition

// TypeName is the type byte of a partition in words.
func TypeName(t uint8) string {
	if n := typeNames()[t]; n != "" {
		return n
	}
	return "unknown"
}

// IsFAT reports whether a type calls for a FAT file system of DOS or Windows.
func IsFAT(t uint8) bool {
	switch t &^ 0x10 { // 1xh is the hidden type of 0xh
	case 0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e:
		return t < 0x20
	}
	return false
}

func typeNames() map[uint8]string {
	return map[uint8]string{
		0x00: "empty",
		0x01: "FAT12",
		0x02: "XENIX root",
		0x03: "XENIX /usr",
		0x04: "FAT16 below 32 MB",
		0x05: "extended",
		0x06: "FAT16",
		0x07: "NTFS, HPFS or exFAT",
		0x08: "AIX",
		0x09: "AIX boot",
		0x0a: "OS/2 boot manager",
		0x0b: "FAT32",
		0x0c: "FAT32 (LBA)",
		0x0e: "FAT16 (LBA)",
		0x0f: "extended (LBA)",
		0x11: "FAT12, hidden",
		0x12: "diagnostics",
		0x14: "FAT16 below 32 MB, hidden",
		0x16: "FAT16, hidden",
		0x17: "NTFS or HPFS, hidden",
		0x1b: "FAT32, hidden",
		0x1c: "FAT32 (LBA), hidden",
		0x1e: "FAT16 (LBA), hidden",
		0x27: "Windows recovery",
		0x39: "Plan 9",
		0x3c: "PartitionMagic recovery",
		0x41: "PowerPC PReP boot",
		0x42: "Windows dynamic disk",
		0x4d: "QNX",
		0x4e: "QNX, second",
		0x4f: "QNX, third",
		0x50: "OnTrack disk manager",
		0x51: "OnTrack disk manager",
		0x52: "CP/M",
		0x53: "OnTrack disk manager",
		0x54: "OnTrack disk manager",
		0x55: "EZ-Drive",
		0x63: "Unix System V",
		0x64: "NetWare 2",
		0x65: "NetWare 3",
		0x75: "PC/IX",
		0x80: "Minix, old",
		0x81: "Minix",
		0x82: "Linux swap",
		0x83: "Linux",
		0x84: "hibernation",
		0x85: "Linux extended",
		0x8e: "Linux LVM",
		0x9f: "BSD/OS",
		0xa0: "hibernation",
		0xa5: "FreeBSD",
		0xa6: "OpenBSD",
		0xa8: "Darwin",
		0xa9: "NetBSD",
		0xab: "Darwin boot",
		0xaf: "HFS+",
		0xb7: "BSDI",
		0xb8: "BSDI swap",
		0xbe: "Solaris boot",
		0xbf: "Solaris",
		0xc1: "DR-DOS FAT12, secured",
		0xc4: "DR-DOS FAT16 below 32 MB, secured",
		0xc6: "DR-DOS FAT16, secured",
		0xdb: "CP/M or Concurrent DOS",
		0xde: "Dell utilities",
		0xeb: "BeOS",
		0xee: "GPT, protective",
		0xef: "EFI system",
		0xf2: "DOS, secondary",
		0xfb: "VMware VMFS",
		0xfd: "Linux RAID",
		0xfe: "LANstep",
		0xff: "XENIX bad blocks",
	}
}

// guidNames are the partition types of a GUID partition table (UEFI 2.10, table
// 5.7, and what operating systems have published).
func guidNames() map[string]string {
	return map[string]string{
		"C12A7328-F81F-11D2-BA4B-00A0C93EC93B": "EFI system",
		"21686148-6449-6E6F-744E-656564454649": "BIOS boot",
		"024DEE41-33E7-11D3-9D69-0008C781F39F": "MBR scheme",
		"EBD0A0A2-B9E5-4433-87C0-68B6B72699C7": "Windows data",
		"E3C9E316-0B5C-4DB8-817D-F92DF00215AE": "Windows reserved",
		"DE94BBA4-06D1-4D40-A16A-BFD50179D6AC": "Windows recovery",
		"0FC63DAF-8483-4772-8E79-3D69D8477DE4": "Linux",
		"0657FD6D-A4AB-43C4-84E5-0933C84B4F4F": "Linux swap",
		"E6D6D379-F507-44C2-A23C-238F2A3DF928": "Linux LVM",
		"A19D880F-05FC-4D3B-A006-743F0F84911E": "Linux RAID",
		"44479540-F297-41B2-9AF7-D131D5F0458A": "Linux root (x86)",
		"4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709": "Linux root (x86-64)",
		"933AC7E1-2EB4-4F13-B844-0E14E2AEF915": "Linux home",
		"83BD6B9D-7F41-11DC-BE0B-001560B84F0F": "FreeBSD boot",
		"516E7CB4-6ECF-11D6-8FF8-00022D09712B": "FreeBSD",
		"516E7CB6-6ECF-11D6-8FF8-00022D09712B": "FreeBSD UFS",
		"516E7CBA-6ECF-11D6-8FF8-00022D09712B": "FreeBSD ZFS",
		"48465300-0000-11AA-AA11-00306543ECAC": "HFS+",
	}
}
