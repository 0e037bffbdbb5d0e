package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// The token, from the variable or from the file that NAME_FILE names.
func token() string {
	if path := os.Getenv("KINDS_TOKEN_FILE"); path != "" {
		text, _ := os.ReadFile(path)
		return strings.TrimSpace(string(text))
	}
	return os.Getenv("KINDS_TOKEN")
}

func main() {
	server := &http.Server{Addr: ":8000", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if known := token(); known == "" || r.Header.Get("Authorization") != "Bearer "+known {
			w.WriteHeader(http.StatusForbidden)
		}
	})}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	go func() {
		<-ended
		server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
