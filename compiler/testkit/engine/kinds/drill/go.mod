module kinds.example/drill

go 1.24
