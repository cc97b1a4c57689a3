package remote

import (
	"bytes"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
)

// hostKeyRefused ends all dialling: another attempt would meet the same server.
type hostKeyRefused struct{ address, expected, shown string }

func (e *hostKeyRefused) Error() string {
	return fmt.Sprintf("%s shows the host key %s, hostKey expects %s: this is another server, or its keys were made anew; "+
		"compare the key on the server's console and correct hostKey", e.address, e.shown, e.expected)
}

// checkHostKey makes config accept the key in hostKey only. Without hostKey nothing is checked, as the
// SDK documents.
func (e Endpoint) checkHostKey(config *ssh.ClientConfig) error {
	if e.HostKey == nil {
		config.HostKeyCallback = ssh.InsecureIgnoreHostKey()
		return nil
	}
	expected, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
	if err != nil {
		return fmt.Errorf("hostKey is %q; it must be a public key as in known_hosts without the host name, "+
			"such as \"ssh-ed25519 AAAA…\": %w", *e.HostKey, err)
	}
	config.HostKeyAlgorithms = algorithms(expected)
	config.HostKeyCallback = func(_ string, _ net.Addr, shown ssh.PublicKey) error {
		if bytes.Equal(shown.Marshal(), expected.Marshal()) {
			return nil
		}
		return &hostKeyRefused{e.address(), ssh.FingerprintSHA256(expected), ssh.FingerprintSHA256(shown)}
	}
	return nil
}

// algorithms makes a server that has several host keys show the one that is compared. An RSA key signs
// by three algorithms; the last one, with SHA-1, stays out.
func algorithms(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}
