package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"beige/machine"
)

// Exit codes.
const (
	codeOK          = 0
	codeFailed      = 1   // run-time failure
	codeUsage       = 2   // usage or configuration
	codeGuestDead   = 3   // triple fault, or halted for ever
	codeTimeout     = 4   // --timeout
	codeDebugExit   = 10  // plus what the guest wrote to the debug-exit port
	codeBug         = 70  // a bug in beige
	codeInterrupted = 130 // by a signal
	codeMost        = 255 // a process cannot say more
)

// usageError is a mistake on the command line or in the configuration.
type usageError struct{ error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// exitCode carries a code through the cli package; what was to be said has been
// said.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// doMain runs beige with the arguments after the program's name and returns
// its exit code.
func doMain(args []string, stdin, stdout, stderr *os.File) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = reportBug(stderr, p)
		}
	}()
	err := run(args, stdin, stdout, stderr)
	var exit exitCode
	var usage usageError
	switch {
	case err == nil:
		return codeOK
	case errors.As(err, &exit):
		return int(exit)
	}
	complain(stderr, err)
	if errors.As(err, &usage) {
		return codeUsage
	}
	return codeFailed
}

// complain writes an error, which may have several lines.
func complain(stderr io.Writer, err error) {
	for _, line := range strings.Split(err.Error(), "\n") {
		fmt.Fprintf(stderr, "beige: %s\n", line)
	}
}

func run(args []string, stdin, stdout, stderr *os.File) error {
	app := newApp(stdin, stdout, stderr)
	args, err := checkArgs(app, args)
	if err != nil {
		return err
	}
	return app.Run(append([]string{"beige"}, args...))
}

// newApp is the command line. The cli package must not print or exit by itself:
// checkArgs finds all mistakes before it runs.
func newApp(stdin, stdout, stderr *os.File) *cli.App {
	return &cli.App{
		Name:                      "beige",
		Usage:                     "a PC in one file",
		UsageText:                 "beige run [flags] [IMAGE ...]\nbeige COMMAND --help",
		Description:               "Boots disk images on an emulated PC, with its own BIOS, in a terminal.\nWithout an IMAGE it boots a small demonstration disk.",
		Version:                   version(),
		HideVersion:               true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		Writer:                    stdout,
		ErrWriter:                 stderr,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return usageError{err} },
		CommandNotFound:           func(*cli.Context, string) {},
		Commands: []*cli.Command{
			runCommand(stdin, stdout, stderr),
			diskCommand(&output{f: stdout, name: "standard output"}, stderr),
			versionCommand(&output{f: stdout, name: "standard output"}),
			completionCommand(&output{f: stdout, name: "standard output"}),
		},
	}
}

// checkArgs finds the mistakes of a command line in the words of a person, and
// moves flags in front of arguments: the cli package takes flags that follow an
// argument for arguments.
func checkArgs(app *cli.App, args []string) ([]string, error) {
	if len(args) == 0 {
		return []string{"--help"}, nil
	}
	switch args[0] {
	case "--help", "-h":
		return args[:1], nil
	case "help":
		if len(args) == 1 {
			return []string{"--help"}, nil
		}
		args = []string{args[1], "--help"}
	case "--version", "-v":
		args = []string{"version"}
	}
	var cmd *cli.Command
	var names []string
	for _, c := range app.Commands {
		names = append(names, c.Name)
		if c.Name == args[0] {
			cmd = c
		}
	}
	if cmd == nil {
		if _, err := os.Stat(args[0]); err == nil {
			return nil, usagef("%q is no command; to boot it: beige run %s", args[0], args[0])
		}
		if strings.HasPrefix(args[0], "-") {
			return nil, usagef("flag %s before the command; want beige run %s", args[0], args[0])
		}
		return nil, usagef("unknown command %q%s; see beige --help", args[0], didYouMean(args[0], names))
	}
	path := []string{cmd.Name}
	args = args[1:]
	if len(cmd.Subcommands) > 0 {
		sub, err := subcommand(cmd, args)
		if err != nil {
			return nil, err
		}
		if sub == nil {
			return append(path, "--help"), nil
		}
		cmd, path, args = sub, append(path, sub.Name), args[1:]
	}
	flags, rest, err := sortFlags(cmd, strings.Join(path, " "), args)
	if err != nil {
		return nil, err
	}
	out := append(path, flags...)
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out, nil
}

// subcommand finds the command that the first of args names; nil: help is wanted.
func subcommand(cmd *cli.Command, args []string) (*cli.Command, error) {
	var names []string
	for _, c := range cmd.Subcommands {
		names = append(names, c.Name)
		if len(args) > 0 && c.Name == args[0] {
			return c, nil
		}
	}
	known := strings.Join(names, ", ")
	switch {
	case len(args) == 0:
		return nil, usagef("%s: want one of %s; see beige %s --help", cmd.Name, known, cmd.Name)
	case args[0] == "--help" || args[0] == "-h" || args[0] == "help":
		return nil, nil
	}
	return nil, usagef("%s: unknown command %q%s (known: %s)", cmd.Name, args[0], didYouMean(args[0], names), known)
}

// sortFlags takes flags and arguments apart, and checks the flags' names.
func sortFlags(cmd *cli.Command, full string, args []string) (flags, rest []string, err error) {
	byName := map[string]cli.Flag{"help": &cli.BoolFlag{}, "h": &cli.BoolFlag{}}
	names := []string{"help"}
	for _, f := range cmd.Flags {
		byName[f.Names()[0]] = f
		names = append(names, f.Names()[0])
	}
	seen := map[string]bool{}
	args = splitShort(args, byName)
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return flags, append(rest, args[i+1:]...), nil
		}
		if a == "-" || !strings.HasPrefix(a, "-") {
			rest = append(rest, a)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(a, "-"), "=")
		f := byName[name]
		if f == nil {
			typed, _, _ := strings.Cut(a, "=")
			hint := ""
			if len(name) > 1 { // every letter is near another
				hint = didYouMean(name, names)
			}
			return nil, nil, usagef("unknown flag %s%s; see beige %s --help", typed, hint, full)
		}
		_, isBool := f.(*cli.BoolFlag)
		_, repeats := f.(*cli.StringSliceFlag)
		switch {
		case isBool && hasValue:
			return nil, nil, usagef("--%s takes no value, have %q", name, value)
		case isBool:
			flags = append(flags, "--"+name)
			continue
		case seen[name] && !repeats:
			return nil, nil, usagef("--%s is given twice", name)
		case !hasValue && i+1 >= len(args), !hasValue && strings.HasPrefix(args[i+1], "--"):
			return nil, nil, usagef("--%s: want a value%s", name, usageOf(f))
		case !hasValue:
			i++
			value = args[i]
		}
		if value == "" {
			return nil, nil, usagef("--%s: want a value%s", name, usageOf(f))
		}
		seen[name] = true
		flags = append(flags, "--"+name+"="+value)
	}
	return flags, rest, nil
}

// splitShort makes -l -R of -lR, where both are switches.
func splitShort(args []string, byName map[string]cli.Flag) []string {
	var out []string
	for i, a := range args {
		if a == "--" {
			return append(out, args[i:]...)
		}
		letters := len(a) > 2 && a[0] == '-' && byName[a[1:]] == nil
		for _, l := range strings.TrimPrefix(a, "-") {
			_, isBool := byName[string(l)].(*cli.BoolFlag)
			letters = letters && isBool && l != 'h'
		}
		if !letters {
			out = append(out, a)
			continue
		}
		for _, l := range a[1:] {
			out = append(out, "-"+string(l))
		}
	}
	return out
}

// usageOf is the text of a flag in the help, in brackets.
func usageOf(f cli.Flag) string {
	if d, ok := f.(cli.DocGenerationFlag); ok && d.GetUsage() != "" {
		return " (" + strings.ReplaceAll(d.GetUsage(), "`", "") + ")"
	}
	return ""
}

func didYouMean(word string, known []string) string {
	if near := machine.Nearest(word, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
