// Upstreams `container`: where a container of a network is now. Docker's name server is asked again and again, since a
// container that is made again has another address, but not for each request: it answers a burst of questions late, and for
// a stopped container not at all.
package main

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"
)

const (
	answerHolds = 2 * time.Second
	// An address stays good for this long while the name server is silent.
	addressHolds  = 5 * time.Second
	lookupTimeout = 2 * time.Second
)

type container struct {
	Name string `json:"name"`
	Port int    `json:"port"`

	state *containerState
}

type containerState struct {
	mu      sync.Mutex
	current *lookup
	address string
	seen    time.Time
}

type lookup struct {
	// Closed when the answer is there, or none came.
	done    chan struct{}
	ended   time.Time
	address string
	err     error
}

func init() { caddy.RegisterModule(container{}) }

func (container) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.reverse_proxy.upstreams.container", New: func() caddy.Module { return new(container) }}
}

func (c *container) Provision(caddy.Context) error {
	c.state = &containerState{}
	return nil
}

func (c *container) GetUpstreams(r *http.Request) ([]*reverseproxy.Upstream, error) {
	answer := c.lookup()
	select {
	case <-answer.done:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if answer.err != nil {
		return nil, answer.err
	}
	return []*reverseproxy.Upstream{{Dial: net.JoinHostPort(answer.address, strconv.Itoa(c.Port))}}, nil
}

// The latest look-up, or one that everybody who comes meanwhile waits for.
func (c *container) lookup() *lookup {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	if latest := c.state.current; latest != nil {
		select {
		case <-latest.done:
			if time.Since(latest.ended) < answerHolds {
				return latest
			}
		default:
			return latest
		}
	}
	next := &lookup{done: make(chan struct{})}
	c.state.current = next
	go c.ask(next)
	return next
}

func (c *container) ask(question *lookup) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupIP(ctx, "ip4", c.Name)
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	switch {
	case err == nil:
		question.address = found[0].String()
		c.state.address, c.state.seen = question.address, time.Now()
	case time.Since(c.state.seen) < addressHolds:
		question.address = c.state.address
	default:
		question.err = err
	}
	question.ended = time.Now()
	close(question.done)
}
