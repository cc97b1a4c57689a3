// Which of the gateway's own addresses a listener is for. A container has one on each of its networks, and to listen on all
// would let every network's members reach what only people, or only the portal, are meant to reach: notebooks run anybody's
// code, and their network is one of them.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

const (
	// Where published ports arrive: the configuration names them as {env.GATEWAY_OUTSIDE} and {env.GATEWAY_INSIDE}.
	outsideVariable = "GATEWAY_OUTSIDE"
	insideVariable  = "GATEWAY_INSIDE"
	// After a restart of the engine all containers start at once; then their names can be asked for within seconds.
	neighbourPatience = 60 * time.Second
)

func setAddresses(outside, inside string) {
	os.Setenv(outsideVariable, outside)
	os.Setenv(insideVariable, inside)
}

func findOwnAddresses(neighbours []string) error {
	routes, err := os.Open("/proc/net/route")
	if err != nil {
		return err
	}
	defer routes.Close()
	name, err := defaultInterface(routes)
	if err != nil {
		return err
	}
	outside, err := addressOf(name)
	if err != nil {
		return err
	}
	inside, err := addressTowards(neighbours, neighbourPatience)
	if err != nil {
		return err
	}
	setAddresses(outside, inside)
	return nil
}

// The interface of the default route: Docker publishes the ports of a container on the network that also leads out of it.
func defaultInterface(routes io.Reader) (string, error) {
	lines := bufio.NewScanner(routes)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) > 2 && fields[1] == "00000000" {
			return fields[0], nil
		}
	}
	return "", errors.New("no network of this container can publish ports: join it to one that isn't internal")
}

func addressOf(name string) (string, error) {
	found, err := net.InterfaceByName(name)
	if err != nil {
		return "", err
	}
	addresses, err := found.Addrs()
	if err != nil {
		return "", err
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil {
			return network.IP.String(), nil
		}
	}
	return "", fmt.Errorf("interface %s has no IPv4 address", name)
}

// Our own address on the network that the first neighbour to be found is on, waiting until one is there.
func addressTowards(neighbours []string, patience time.Duration) (string, error) {
	deadline := time.Now().Add(patience)
	for {
		for _, neighbour := range neighbours {
			if own := addressBeside(neighbour); own != "" {
				return own, nil
			}
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("GATEWAY_NEIGHBOURS: none of %s is on a network with this container; start one, or join the networks",
				strings.Join(neighbours, ", "))
		}
		time.Sleep(500 * time.Millisecond)
	}
}

func addressBeside(neighbour string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	found, err := net.DefaultResolver.LookupIPAddr(ctx, neighbour)
	if err != nil {
		return ""
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, theirs := range found {
		for _, address := range own {
			if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && network.Contains(theirs.IP) {
				return network.IP.String()
			}
		}
	}
	return ""
}
