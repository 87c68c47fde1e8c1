package tests

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostScript is run on every kind of host that is at hand; the state at its end
// has to be the same, bit for bit.
const hostScript = `
wait "beige>" within 20s
type "mem\n"
sleep 2s
hash
`

// TestSameStateOnEveryHost runs other builds of the program in what executes
// them here, and compares the machine's state with that of the native build.
func TestSameStateOnEveryHost(t *testing.T) {
	if testing.Short() {
		t.Skip("short: builds the program for other hosts")
	}
	want := pass(t, hostScript)
	for _, host := range []struct {
		name string
		env  []string
		run  func(t *testing.T, program string) []string
	}{
		{"arm64", []string{"GOOS=linux", "GOARCH=arm64"}, func(t *testing.T, program string) []string {
			for _, name := range []string{"qemu-aarch64-static", "qemu-aarch64"} {
				if path, err := exec.LookPath(name); err == nil {
					return []string{path, program}
				}
			}
			t.Skip("qemu-aarch64 is not installed")
			return nil
		}},
		{"wasm", []string{"GOOS=js", "GOARCH=wasm"}, func(t *testing.T, program string) []string {
			node := need(t, "node")
			goroot, err := exec.Command("go", "env", "GOROOT").Output()
			if err != nil {
				t.Fatal(err)
			}
			return []string{node, "--stack-size=8192", filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec_node.js"), program}
		}},
	} {
		t.Run(host.name, func(t *testing.T) {
			line := host.run(t, filepath.Join(t.TempDir(), "beige.exe"))
			program, err := build(filepath.Dir(line[len(line)-1]), host.env...)
			if err != nil {
				t.Fatal(err)
			}
			line[len(line)-1] = program
			r := runProgram(t, line, hostScript)
			if r.code != 0 || r.stdout != want {
				t.Errorf("exit code %d, hash %s; want 0, %s\n%s", r.code, r.stdout, want, r.stderr)
			}
		})
	}
}
