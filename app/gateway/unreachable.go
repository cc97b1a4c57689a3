// Handler `unreachable`, for error routes: says in the form that the client reads which service didn't answer.
package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

const (
	retryAfterSeconds = 5
	// Of a body that nobody wants any more.
	drainedBytes   = 64 << 20
	drainedSeconds = 30
)

//go:embed unreachable.html
var pageSource string

//go:embed unreachable.js
var script string

var (
	// As it is, byte for byte: a browser runs it by its hash.
	scriptElement = template.HTML("<script>" + script + "</script>")

	page   = template.Must(template.New("unreachable").Parse(pageSource))
	policy = "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; script-src 'sha256-" + hash(script) + "'"
)

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

type unreachable struct {
	// What a person would call the service.
	Service string `json:"service"`
	logger  *zap.Logger
}

// The shape of all errors of the project (app/contract).
type problem struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Advice  string `json:"advice,omitempty"`
}

func init() { caddy.RegisterModule(unreachable{}) }

func (unreachable) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.unreachable", New: func() caddy.Module { return new(unreachable) }}
}

func (u *unreachable) Provision(ctx caddy.Context) error {
	u.logger = ctx.Logger()
	return nil
}

func (u unreachable) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	cause, _ := r.Context().Value(caddyhttp.ErrorCtxKey).(error)
	what := u.problem(cause)
	// Never the address: some carry a token.
	u.logger.Warn("no answer", zap.String("service", u.Service), zap.String("method", r.Method), zap.Int("status", what.Status), zap.Error(cause))
	drain(r)
	header := w.Header()
	header.Del("Server")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if what.Status == http.StatusServiceUnavailable {
		header.Set("Retry-After", strconv.Itoa(retryAfterSeconds))
	}
	return write(w, r, what)
}

func (u unreachable) problem(cause error) problem {
	switch status(cause) {
	case http.StatusGatewayTimeout:
		return problem{
			Status:  http.StatusGatewayTimeout,
			Code:    "service-too-slow",
			Message: u.Service + " took too long to answer.",
			Advice:  "Whether it did what was asked is unknown: look before you send it again.",
		}
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return problem{
			Status:  http.StatusServiceUnavailable,
			Code:    "service-unreachable",
			Message: u.Service + " can't be reached just now. It may be starting.",
			Advice:  "Try again in a moment. If it lasts, whoever runs this finds the reason with: npm run status",
		}
	case http.StatusTooManyRequests:
		return problem{
			Status:  http.StatusServiceUnavailable,
			Code:    "too-many-requests-at-once",
			Message: "Very many requests are being answered at this moment.",
			Advice:  "Try again in a moment.",
		}
	default:
		return problem{
			Status:  status(cause),
			Code:    "request-not-served",
			Message: "The request couldn't be passed on to " + u.Service + ".",
		}
	}
}

func status(cause error) int {
	var known caddyhttp.HandlerError
	if errors.As(cause, &known) && known.StatusCode != 0 {
		return known.StatusCode
	}
	return http.StatusInternalServerError
}

// Takes in what the client still sends. Most clients read no answer before they have sent everything, and one whose
// connection is closed meanwhile sees none at all.
func drain(r *http.Request) {
	if r.Body == nil || strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		return
	}
	end := time.Now().Add(drainedSeconds * time.Second)
	for taken := int64(0); taken < drainedBytes && time.Now().Before(end); {
		n, err := io.CopyN(io.Discard, r.Body, 32<<10)
		if err != nil {
			return
		}
		taken += n
	}
}

func write(w http.ResponseWriter, r *http.Request, what problem) error {
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		return writePage(w, r, what)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(what.Status)
	return json.NewEncoder(w).Encode(what)
}

func writePage(w http.ResponseWriter, r *http.Request, what problem) error {
	// Only what was asked for without sending anything may be asked for again by the page itself.
	waits := r.Method == http.MethodGet && what.Status == http.StatusServiceUnavailable
	var text bytes.Buffer
	if err := page.Execute(&text, map[string]any{"Problem": what, "Waits": waits, "Script": scriptElement}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.WriteHeader(what.Status)
	_, err := w.Write(text.Bytes())
	return err
}
