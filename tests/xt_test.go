package tests

import "testing"

// An XT boots FreeDOS from the disks of both sizes; the 720K one is in a drive on
// the XT's own adapter, without change line or data rates. Ctrl+Alt+Del starts it
// anew.
func TestFreeDOSOnXT(t *testing.T) {
	for _, cpu := range []string{"8086", "80186"} {
		t.Run(cpu, func(t *testing.T) {
			pass(t, commands+`
key ctrl+alt+delete
wait "Keyboard" within 10s
wait "A:\\>" within 60s
`, "--machine", "xt", "--cpu", cpu, "--snapshot", guestImage(t, "freedos-144.img"))
		})
	}
	t.Run("720K", func(t *testing.T) {
		pass(t, `
wait "Drive A: 720 KB" within 10s
expect "Drive B: 720 KB"
wait "Please select your language" within 60s
wait "Do you want to proceed [Y,N]?" within 60s
type "n\n"
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom" within 10s
type "dir\n"
wait "bytes free" within 10s
`, "--machine", "xt", "--snapshot", guestImage(t, "freedos13-720k.img"))
	})
}
