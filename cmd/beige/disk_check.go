package main

import (
	"io"

	"github.com/urfave/cli/v2"
)

func diskCheck(c *cli.Context, stdout, stderr io.Writer) error { return nil }
