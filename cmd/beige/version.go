package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// release is the version in the making.
const release = "0.1.0"

// version is the release with the revision that the binary was built from,
// where Go has noted it.
func version() string {
	v := release
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	var revision, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = "-" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	return v + revision + dirty
}

func versionCommand(stdout io.Writer) *cli.Command {
	return &cli.Command{
		Name:            "version",
		Usage:           "print the version",
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usagef("version takes no arguments, have %q", c.Args().First())
			}
			_, err := fmt.Fprintf(stdout, "beige %s %s/%s %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version())
			return err
		},
	}
}
