// Handler `turn`: so many requests are passed on at once, and others wait for their turn, since each holds buffers for what
// it carries. WebSockets, which stay for hours and carry little, don't.
package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

const (
	// Measured: an upload with TLS costs 130 kB.
	mostRequests = 64
	turnPatience = 2 * time.Minute
)

var (
	turns   = make(chan struct{}, mostRequests)
	errBusy = errors.New("too many requests at once")
)

type turn struct{}

func init() { caddy.RegisterModule(turn{}) }

func (turn) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.turn", New: func() caddy.Module { return new(turn) }}
}

func (turn) Provision(ctx caddy.Context) error {
	server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if !ok {
		return errors.New("this handler is for the routes of a server")
	}
	server.RegisterConnState(room.noteState)
	return nil
}

func (turn) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if r.Header.Get("Upgrade") != "" {
		return next.ServeHTTP(w, r)
	}
	late := time.NewTimer(turnPatience)
	defer late.Stop()
	select {
	case turns <- struct{}{}:
		defer func() { <-turns }()
		return next.ServeHTTP(w, r)
	case <-late.C:
		return caddyhttp.Error(http.StatusTooManyRequests, errBusy)
	case <-r.Context().Done():
		return caddyhttp.Error(499, r.Context().Err())
	}
}
