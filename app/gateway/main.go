// The gateway: Caddy with those of its modules that are needed, and a few of our own. It is configured by its environment
// alone, so that nothing has to be brought to the machine that it runs on:
//
//	GATEWAY_CONFIG       Caddy's configuration as JSON
//	GATEWAY_NAMES        JSON list of the names and addresses that an authority of the gateway's own certifies; without it
//	                     there is none
//	GATEWAY_NEIGHBOURS   JSON list of containers, one of which shows which network the inner listener is for
//
// `gateway check` reads the configuration, says what is wrong with it, and ends.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/caddyserver/caddy/v2"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
	_ "github.com/caddyserver/caddy/v2/modules/caddypki"
	_ "github.com/caddyserver/caddy/v2/modules/caddytls"
	_ "github.com/caddyserver/caddy/v2/modules/caddytls/standardstek"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
	// Public authorities: the image has no system's list of them.
	_ "golang.org/x/crypto/x509roots/fallback"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
	select {} // Signals end it.
}

func run(args []string) error {
	config := os.Getenv("GATEWAY_CONFIG")
	if config == "" {
		return errors.New("GATEWAY_CONFIG: not set; allowed: Caddy's configuration as JSON")
	}
	names, err := textList("GATEWAY_NAMES")
	if err != nil {
		return err
	}
	if len(names) > 0 {
		if err := ensureAuthority(authorityFolder, storageFolder, names); err != nil {
			return fmt.Errorf("the authority in %s: %w", authorityFolder, err)
		}
	}
	neighbours, err := textList("GATEWAY_NEIGHBOURS")
	if err != nil {
		return err
	}
	if len(args) > 0 && args[0] == "check" {
		return check(config)
	}
	if err := findOwnAddresses(neighbours); err != nil {
		return err
	}
	caddy.TrapSignals()
	return caddy.Load([]byte(config), true)
}

func check(config string) error {
	// Any two: nothing listens on them.
	setAddresses("192.0.2.1", "192.0.2.2")
	var parsed caddy.Config
	if err := caddy.StrictUnmarshalJSON([]byte(config), &parsed); err != nil {
		return err
	}
	if err := caddy.Validate(&parsed); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}

func textList(variable string) ([]string, error) {
	value := os.Getenv(variable)
	if value == "" {
		return nil, nil
	}
	var list []string
	if err := json.Unmarshal([]byte(value), &list); err != nil {
		return nil, fmt.Errorf("%s: given %q; allowed: a JSON list of texts", variable, value)
	}
	return list, nil
}
