package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func shells() []string { return []string{"bash", "zsh", "fish"} }

func completionCommand(stdout io.Writer) *cli.Command {
	return &cli.Command{
		Name:            "completion",
		Usage:           "print a completion script for bash, zsh or fish",
		UsageText:       "beige completion bash|zsh|fish\n\nbash:  source <(beige completion bash)\nzsh:   source <(beige completion zsh)\nfish:  beige completion fish | source",
		HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 || !slices.Contains(shells(), c.Args().First()) {
				return usagef("completion: want one of %s%s", strings.Join(shells(), ", "), didYouMean(c.Args().First(), shells()))
			}
			_, err := io.WriteString(stdout, completionScript(c.App, c.Args().First()))
			return err
		},
	}
}

// flagInfo is what a completion knows of a flag.
type flagInfo struct {
	name, usage string
	takesValue  bool
	file        bool     // the value is a file
	values      []string // or one of these
}

func flagsOf(cmd *cli.Command) []flagInfo {
	var out []flagInfo
	for _, f := range cmd.Flags {
		info := flagInfo{name: f.Names()[0]}
		if info.name == "help" {
			continue
		}
		if d, ok := f.(cli.DocGenerationFlag); ok {
			info.usage, info.takesValue = strings.ReplaceAll(d.GetUsage(), "`", ""), d.TakesValue()
			info.file = strings.Contains(d.GetUsage(), "`FILE`")
		}
		info.values = flagValues(info.name)
		out = append(out, info)
	}
	return out
}

// flagNames are the flags of a command as they are typed.
func flagNames(cmd *cli.Command) []string {
	var names []string
	for _, f := range flagsOf(cmd) {
		if len(f.name) == 1 {
			names = append(names, "-"+f.name)
		} else {
			names = append(names, "--"+f.name)
		}
	}
	return names
}

// diskWords are the cases of bash for the commands of beige disk: flags, and
// files; of a path in an image only the image is completed.
func diskWords(disk []*cli.Command) string {
	var b strings.Builder
	for _, c := range disk {
		words := strings.Join(flagNames(c), " ")
		fmt.Fprintf(&b, "    %s) case \"$cur\" in -*) COMPREPLY=($(compgen -W %q -- \"$cur\"));; *) COMPREPLY=($(compgen -f -- \"$cur\"));; esac;;\n", c.Name, words)
	}
	return b.String()
}

func completionScript(app *cli.App, shell string) string {
	var b strings.Builder
	var commands []string
	for _, c := range app.Commands {
		commands = append(commands, c.Name)
	}
	run := app.Command("run")
	disk := app.Command("disk").Subcommands
	var diskNames []string
	for _, c := range disk {
		diskNames = append(diskNames, c.Name)
	}
	switch shell {
	case "bash", "zsh":
		if shell == "zsh" {
			b.WriteString("(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\nautoload -Uz bashcompinit && bashcompinit\n")
		}
		names := flagNames(run)
		fmt.Fprintf(&b, "_beige() {\n  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n")
		fmt.Fprintf(&b, "  if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W %q -- \"$cur\")); return; fi\n", strings.Join(commands, " "))
		fmt.Fprintf(&b, "  case \"${COMP_WORDS[1]}\" in\n  completion) COMPREPLY=($(compgen -W %q -- \"$cur\")); return;;\n  disk) if [ \"$COMP_CWORD\" -eq 2 ]; then COMPREPLY=($(compgen -W %q -- \"$cur\")); return; fi\n    case \"${COMP_WORDS[2]}\" in\n%s    esac\n    return;;\n  run) ;;\n  *) return;;\n  esac\n", strings.Join(shells(), " "), strings.Join(diskNames, " "), diskWords(disk))
		b.WriteString("  case \"$prev\" in\n")
		for _, f := range flagsOf(run) {
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(&b, "  --%s) COMPREPLY=($(compgen -W %q -- \"$cur\")); return;;\n", f.name, strings.Join(f.values, " "))
			case f.takesValue && !f.file:
				fmt.Fprintf(&b, "  --%s) return;;\n", f.name)
			}
		}
		fmt.Fprintf(&b, "  esac\n  case \"$cur\" in\n  -*) COMPREPLY=($(compgen -W %q -- \"$cur\"));;\n  *) COMPREPLY=($(compgen -f -- \"$cur\"));;\n  esac\n}\ncomplete -o filenames -F _beige beige\n", strings.Join(names, " "))
	case "fish":
		for _, c := range app.Commands {
			fmt.Fprintf(&b, "complete -c beige -n __fish_use_subcommand -f -a %s -d %s\n", c.Name, fishQuote(c.Usage))
		}
		fmt.Fprintf(&b, "complete -c beige -n '__fish_seen_subcommand_from completion' -f -a '%s'\n", strings.Join(shells(), " "))
		for _, c := range disk {
			fmt.Fprintf(&b, "complete -c beige -n '__fish_seen_subcommand_from disk; and not __fish_seen_subcommand_from %s' -f -a %s -d %s\n", strings.Join(diskNames, " "), c.Name, fishQuote(c.Usage))
			for _, f := range flagsOf(c) {
				letter := "-l"
				if len(f.name) == 1 {
					letter = "-s"
				}
				value := ""
				if f.takesValue {
					value = " -x"
				}
				fmt.Fprintf(&b, "complete -c beige -n '__fish_seen_subcommand_from disk; and __fish_seen_subcommand_from %s' %s %s -d %s%s\n", c.Name, letter, f.name, fishQuote(f.usage), value)
			}
		}
		for _, f := range flagsOf(run) {
			fmt.Fprintf(&b, "complete -c beige -n '__fish_seen_subcommand_from run' -l %s -d %s", f.name, fishQuote(f.usage))
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(&b, " -x -a '%s'", strings.Join(f.values, " "))
			case f.file:
				b.WriteString(" -r -F")
			case f.takesValue:
				b.WriteString(" -x")
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
