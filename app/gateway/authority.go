// The gateway's own certificate authority. Caddy would make one that may certify any name in the world; people are asked to
// trust this one, so it can certify nothing but the names of its stack (RFC 5280, section 4.2.1.10), whoever gets its key.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	// In the volume: it stays while its names stay, so that who trusts it does so once.
	authorityFolder = "/data/authority"
	// Of Caddy: certificates, and the intermediate authority that signs them.
	storageFolder     = "/data/caddy"
	authorityLifetime = 10 * 365 * 24 * time.Hour
)

// Makes the authority unless there is one for just these names. What another one signed goes with it.
func ensureAuthority(folder, signed string, names []string) error {
	if slices.Equal(certifiedNames(folder), names) {
		return nil
	}
	if err := os.RemoveAll(signed); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template, err := rootTemplate(names)
	if err != nil {
		return err
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	keyBytes, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writeAuthority(folder, names, map[string]*pem.Block{
		"root.key": {Type: "PRIVATE KEY", Bytes: keyBytes},
		"root.crt": {Type: "CERTIFICATE", Bytes: certificate},
	})
}

func certifiedNames(folder string) []string {
	content, err := os.ReadFile(filepath.Join(folder, "names.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var names []string
	if err != nil || json.Unmarshal(content, &names) != nil {
		return nil
	}
	return names
}

// The names come last: an authority that was half written is made again.
func writeAuthority(folder string, names []string, blocks map[string]*pem.Block) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for name, block := range blocks {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	content, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "names.json"), content, 0o600)
}

func rootTemplate(names []string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		// People find it by this name among those that they trust.
		Subject:   pkix.Name{Organization: []string{"FeedbackLoop"}, CommonName: "FeedbackLoop at " + names[0]},
		NotBefore: now.Add(-time.Hour),
		NotAfter:  now.Add(authorityLifetime),
		IsCA:      true,
		// One below it: Caddy's intermediate, which signs.
		MaxPathLen:                  1,
		BasicConstraintsValid:       true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.PermittedIPRanges = append(template.PermittedIPRanges, onlyAddress(ip))
		} else {
			template.PermittedDNSDomains = append(template.PermittedDNSDomains, name)
		}
	}
	// A kind of name of which none is permitted would be free.
	if len(template.PermittedIPRanges) == 0 {
		template.ExcludedIPRanges = []*net.IPNet{everything(net.IPv4len), everything(net.IPv6len)}
	}
	if len(template.PermittedDNSDomains) == 0 {
		template.ExcludedDNSDomains = []string{""}
	}
	return template, nil
}

func onlyAddress(ip net.IP) *net.IPNet {
	if v4 := ip.To4(); v4 != nil {
		return &net.IPNet{IP: v4, Mask: net.CIDRMask(8*net.IPv4len, 8*net.IPv4len)}
	}
	return &net.IPNet{IP: ip, Mask: net.CIDRMask(8*net.IPv6len, 8*net.IPv6len)}
}

func everything(length int) *net.IPNet {
	return &net.IPNet{IP: make(net.IP, length), Mask: net.CIDRMask(0, 8*length)}
}
