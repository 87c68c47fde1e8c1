// Package conformance replays instructions that were recorded from real
// processors and compares every register and every byte of memory.
//
// Three sets are known; each lies in a folder of its own below the vector
// directory ("../shared/vectors" beside the project, or the directory that
// BEIGE_VECTORS names):
//
//	8086, 80286   MOO files, one a form (moo.go); the full-size files of the
//	              SingleStepTests suites can be put there as they are
//	silicon       JSON lines, one file a mode and class (silicon.go); a sample is
//	              in testdata/silicon and runs everywhere
//
// BEIGE_ALL=1 runs everything that is there; without it one test in ten of the
// MOO files is run, and of the silicon set the sample. Of the silicon set the
// classes are run that a Pentium II has; those of 64-bit mode are decoded and
// counted as "not yet". Results that the set marks as approximations may differ by
// one in the last place.
//
// Forms are chosen with -run (TestMOO/8086/F6.7, TestSilicon/pm32/muldiv) or, by
// the name of a single form, with a regular expression in BEIGE_FORMS. The
// summary (form, tests, passed, passed with the undefined flags too) is printed
// with -v. BEIGE_SHOW is the number of failures printed for each file.
//
// Sources: the vectors' own descriptions; SDM volume 2 for which flags are
// undefined.
package conformance
